import { Type } from "typebox";
import { Invalid, NotFound } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { DAY, HOUR } from "../../domain/time.ts";
import { ANY_VERSION } from "../../desk/precondition.ts";
import { linkOf, makeLinkKey } from "../../desk/one-time-links.ts";
import { createPerson, handOver, refuseAbove, updatePerson } from "../../desk/people.ts";
import { factorMethods, removeSecondFactors } from "../../desk/second-factors.ts";
import { mailLink } from "../../desk/system-mail.ts";
import { recordAudit } from "../../storage/audit-entries.ts";
import type { Tx } from "../../storage/database.ts";
import type { UserRow } from "../../storage/schema.ts";
import { findUser, listUsers, lockUser } from "../../storage/users.ts";
import { type Call, pathId } from "../call.ts";
import { NO_CONTENT, created, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { readPrecondition } from "../conventions/etag.ts";
import { readFields } from "../conventions/fields.ts";
import { runOnce } from "../conventions/idempotency.ts";
import { checkOwnPassword, signedInUser } from "../own-password.ts";
import { ENVELOPE, OF_RESOURCE, OF_WHOLE } from "../parameters.ts";
import { presentPeople, presentPerson } from "../present/person.ts";
import type { ApiContext, Router } from "../router.ts";
import { CreatePerson, Person, UpdatePerson } from "../schemas/people.ts";
import { WithPassword } from "../schemas/sign-in.ts";

const tag = "People";
const OF_PERSON = { tag, parameters: OF_RESOURCE, answer: Person, least: "admin" } as const;

/** Who works here, for those who decide that. */
export function declarePeople(router: Router): void {
  const { context } = router;
  const { db } = context;
  const path = "/people/:user_id";

  router.read(
    "/people",
    {
      tag,
      summary: "List the people who work here",
      parameters: OF_WHOLE,
      collection: true,
      answer: Type.Array(Person),
      status: 200,
      least: "admin",
      byTheClock: true,
    },
    async ({ account, query }) => {
      const users = await listUsers(db, account.id);
      const body = await presentPeople(db, account.id, users, readFields(query));
      return query.isTrue("count") ? { status: 200, body, total: users.length } : ok(body);
    },
  );

  router.read(path, { ...OF_PERSON, summary: "Get a person", status: 200, byTheClock: true }, async (call) => {
    const user = await findUser(db, call.account.id, pathId(call, "user_id"));
    if (user === undefined) throw new NotFound();
    return ok(await presentPerson(db, user, readFields(call.query)), user.version);
  });

  router.write(
    "POST",
    "/people",
    { ...OF_PERSON, summary: "Add a person and invite them", body: CreatePerson, status: 201, secret: true },
    async (tx, call) => {
      const faults = new Faults();
      const input = checkBody(CreatePerson, call.request.body, faults);
      const user = await createPerson(tx, call, input, faults);
      const invited = await invite(context, tx, call, user);
      const body = { ...(await presentPerson(tx, user, null)), ...invited };
      return created(narrowed(call, body), `/people/${user.id}`, user.version);
    },
  );

  router.write(
    "POST",
    `${path}/invitation`,
    { ...OF_PERSON, summary: "Invite a person again who has not signed in yet", status: 201, secret: true },
    async (tx, call) => {
      const user = await findUser(tx, call.account.id, pathId(call, "user_id"));
      if (user === undefined) throw new NotFound();
      if (user.disabled_at !== null) throw new Invalid(["disabled must be false before somebody can be invited"]);
      if (user.password_hash !== null) throw new Invalid(["password is set: they sign in, or ask for a new one"]);
      const invited = await invite(context, tx, call, user);
      await recordAudit(tx, call, { action: "person.invited", subject: user.id });
      const body = { ...(await presentPerson(tx, user, null)), ...invited };
      return created(narrowed(call, body), `/people/${user.id}`, user.version);
    },
  );

  router.write(
    "POST",
    `${path}/password-reset`,
    { ...OF_PERSON, summary: "Make a link by which a person chooses a new password", status: 201, secret: true },
    async (tx, call) => {
      const user = await findUser(tx, call.account.id, pathId(call, "user_id"));
      if (user === undefined) throw new NotFound();
      // Whoever has the link is that person: nobody gets one of somebody above them.
      refuseAbove(call, user.role);
      if (user.disabled_at !== null) throw new Invalid(["disabled must be false before somebody can sign in"]);
      if (user.password_hash === null) throw new Invalid(["invitation is not accepted yet: invite them again"]);
      const origin = context.transport.originOf(call.request.raw);
      const key = await makeLinkKey(tx, "password-reset", user);
      const means = { kind: "password-reset", origin, lifetime: HOUR, hasRelay: context.hasRelay } as const;
      const made = { reset_url: linkOf("password-reset", origin, key), mailed: await mailLink(tx, user, means) };
      await recordAudit(tx, call, { action: "person.reset_link_made", subject: user.id });
      const body = { ...(await presentPerson(tx, user, null)), ...made };
      return created(narrowed(call, body), `/people/${user.id}`);
    },
  );

  router.writeAfter(
    "DELETE",
    `${path}/second-factors`,
    {
      tag,
      summary: "Forget a person's authenticator app, passkeys and recovery codes, for who has lost them",
      parameters: [ENVELOPE],
      body: WithPassword,
      status: 204,
      least: "admin",
      signedIn: true,
    },
    async (call) => {
      const faults = new Faults();
      const { password } = checkBody(WithPassword, call.request.body, faults);
      await checkOwnPassword(context, call, await signedInUser(db, call), { field: "password", password }, faults);
      faults.throwIfAny();
      await db.transact(async (tx) => {
        const user = await lockUser(tx, call.account.id, pathId(call, "user_id"));
        if (user === undefined) throw new NotFound();
        refuseAbove(call, user.role);
        if ((await factorMethods(tx, user)).length === 0) return;
        await removeSecondFactors(tx, user);
        await recordAudit(tx, call, { action: "person.second_factor_removed", subject: user.id });
      });
      return NO_CONTENT;
    },
  );

  router.writeAfter(
    "POST",
    `${path}/ownership`,
    {
      ...OF_PERSON,
      summary: "Hand the help desk over to a person: they own it then, and you are an admin",
      body: WithPassword,
      status: 200,
      least: "owner",
      signedIn: true,
    },
    async (call) => {
      const faults = new Faults();
      const { password } = checkBody(WithPassword, call.request.body, faults);
      const owner = await signedInUser(db, call);
      await checkOwnPassword(context, call, owner, { field: "password", password }, faults);
      faults.throwIfAny();
      return await runOnce(db, call.idempotent, async (tx) => {
        const user = await handOver(tx, call, pathId(call, "user_id"), faults);
        return ok(await presentPerson(tx, user, readFields(call.query)));
      });
    },
  );

  router.write(
    "PATCH",
    path,
    { ...OF_PERSON, summary: "Change a person", body: UpdatePerson, status: 200 },
    async (tx, call) => {
      const faults = new Faults();
      const input = checkBody(UpdatePerson, call.request.body, faults);
      const condition = readPrecondition(call.request.headers["if-match"]);
      const user = await updatePerson(tx, call, pathId(call, "user_id"), input, faults, condition);
      return ok(await presentPerson(tx, user, readFields(call.query)), user.version);
    },
  );

  router.write(
    "DELETE",
    path,
    { tag, summary: "Disable a person; what they wrote stays", parameters: [ENVELOPE], status: 204, least: "admin" },
    async (tx, call) => {
      await updatePerson(tx, call, pathId(call, "user_id"), { disabled: true }, new Faults(), ANY_VERSION);
      return NO_CONTENT;
    },
  );
}

/** A link to join, shown to who invites; and mailed, when that is possible. */
async function invite(
  { transport, hasRelay }: ApiContext,
  tx: Tx,
  { request }: Call,
  user: UserRow,
): Promise<{ invitation_url: string; mailed: boolean; invited: true }> {
  const origin = transport.originOf(request.raw);
  const key = await makeLinkKey(tx, "invitation", user);
  const mailed = await mailLink(tx, user, { kind: "invitation", origin, lifetime: 7 * DAY, hasRelay });
  return { invitation_url: linkOf("invitation", origin, key), mailed, invited: true };
}

function narrowed({ query }: Call, body: Record<string, unknown>): Record<string, unknown> {
  const asked = readFields(query);
  return asked === null ? body : Object.fromEntries(Object.entries(body).filter(([name]) => asked.has(name)));
}
