import { Type } from "typebox";
import { NotFound } from "../../domain/errors.ts";
import { findUser, listUsers } from "../../storage/users.ts";
import { pathId } from "../call.ts";
import { ok } from "../conventions/answer.ts";
import { readFields } from "../conventions/fields.ts";
import { OF_RESOURCE, OF_WHOLE } from "../parameters.ts";
import { presentUser } from "../present/user.ts";
import type { Router } from "../router.ts";
import { User } from "../schemas/users.ts";

export function declareUsers(router: Router): void {
  const { db } = router.context;

  router.read(
    "/users",
    {
      tag: "Users",
      summary: "List users",
      parameters: OF_WHOLE,
      collection: true,
      answer: Type.Array(User),
      status: 200,
    },
    async ({ account, query }) => {
      const users = await listUsers(db, account.id);
      const asked = readFields(query);
      const body = users.map((user) => presentUser(user, asked));
      return query.isTrue("count") ? { status: 200, body, total: users.length } : ok(body);
    },
  );

  router.read(
    "/users/me",
    {
      tag: "Users",
      summary: "The user who is signed in; a token is nobody: 404",
      parameters: OF_RESOURCE,
      answer: User,
      status: 200,
      signedIn: true,
    },
    async ({ account, actor, query }) => {
      const user = actor.userId === null ? undefined : await findUser(db, account.id, actor.userId);
      if (user === undefined) throw new NotFound();
      return ok(presentUser(user, readFields(query)), user.version);
    },
  );

  router.read(
    "/users/:user_id",
    { tag: "Users", summary: "Get a user", parameters: OF_RESOURCE, answer: User, status: 200 },
    async (call) => {
      const user = await findUser(db, call.account.id, pathId(call, "user_id"));
      if (user === undefined) throw new NotFound();
      return ok(presentUser(user, readFields(call.query)), user.version);
    },
  );
}
