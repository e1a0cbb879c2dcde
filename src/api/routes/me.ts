import { Type } from "typebox";
import { NotFound } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { hashPassword, passwordFault } from "../../domain/passwords.ts";
import { now } from "../../domain/time.ts";
import { changePassword } from "../../desk/sign-in.ts";
import { updateProfile } from "../../desk/update-profile.ts";
import { findAccount } from "../../storage/accounts.ts";
import type { UserRow } from "../../storage/schema.ts";
import { deleteSession, deleteSessionsOf, listSessions } from "../../storage/sessions.ts";
import { type Call, pathId } from "../call.ts";
import { type Answer, NO_CONTENT, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { readPrecondition } from "../conventions/etag.ts";
import { ENVELOPE } from "../parameters.ts";
import { checkOwnPassword, signedInUser } from "../own-password.ts";
import { presentSession, presentSessionItem } from "../present/session.ts";
import type { ApiContext, Router } from "../router.ts";
import { ChangePassword, Session, SessionItem, UpdateMe } from "../schemas/sign-in.ts";
import { sessionCookie } from "../session-cookie.ts";

const tag = "Me";
const OWN = { tag, parameters: [ENVELOPE], signedIn: true, least: "read_only" } as const;

/** What people see and change of themselves. */
export function declareMe(router: Router): void {
  const { context } = router;
  const { db } = context;

  router.read("/session", { ...OWN, summary: "Who is signed in", answer: Session, status: 200 }, async (call) =>
    answerSession(context, call, await signedInUser(db, call)),
  );

  router.write("DELETE", "/session", { ...OWN, summary: "Sign out", status: 204 }, async (tx, call) => {
    await deleteSession(tx, call.account.id, call.user?.id ?? "", call.sessionId ?? "");
    return { ...NO_CONTENT, cookie: sessionCookie(call.request.raw, null) };
  });

  router.read(
    "/sessions",
    { ...OWN, summary: "List where you are signed in", answer: Type.Array(SessionItem), status: 200 },
    async ({ account, user, sessionId }) => {
      const sessions = await listSessions(db, account.id, user?.id ?? "", now());
      return ok(sessions.map((session) => presentSessionItem(session, sessionId ?? "")));
    },
  );

  router.write(
    "DELETE",
    "/sessions",
    { ...OWN, summary: "Sign out everywhere else", status: 204 },
    async (tx, call) => {
      await deleteSessionsOf(tx, call.account.id, call.user?.id ?? "", call.sessionId);
      return NO_CONTENT;
    },
  );

  router.write(
    "DELETE",
    "/sessions/:session_id",
    { ...OWN, summary: "Sign out elsewhere", status: 204 },
    async (tx, call) => {
      const ended = await deleteSession(tx, call.account.id, call.user?.id ?? "", pathId(call, "session_id"));
      if (!ended) throw new NotFound();
      return NO_CONTENT;
    },
  );

  router.writeAfter(
    "PATCH",
    "/me",
    { ...OWN, summary: "Change what you are called and how you work", body: UpdateMe, answer: Session, status: 200 },
    async (call) => {
      const faults = new Faults();
      const { current_password, ...input } = checkBody(UpdateMe, call.request.body, faults);
      const { preferences } = input;
      if (
        preferences !== undefined &&
        (typeof preferences !== "object" || preferences === null || Array.isArray(preferences))
      ) {
        faults.add("preferences must be an object");
      }
      const user = await signedInUser(db, call);
      // Whoever finds a screen unlocked must not be able to have the account's links sent to themselves.
      if (input.email !== undefined && input.email !== user.email) {
        await checkOwnPassword(context, call, user, { field: "current_password", password: current_password }, faults);
      }
      const condition = readPrecondition(call.request.headers["if-match"]);
      const changed = await db.transact(async (tx) => await updateProfile(tx, call, user.id, input, faults, condition));
      return await answerSession(context, call, changed);
    },
  );

  router.writeAfter(
    "PUT",
    "/me/password",
    { ...OWN, summary: "Change your password; you are signed out everywhere else", body: ChangePassword, status: 204 },
    async (call) => {
      const faults = new Faults();
      const { current_password, password } = checkBody(ChangePassword, call.request.body, faults);
      const user = await signedInUser(db, call);
      const fault = password === undefined ? null : passwordFault(password, user.email);
      if (fault !== null) faults.add(`password ${fault}`);
      await checkOwnPassword(context, call, user, { field: "current_password", password: current_password }, faults);
      faults.throwIfAny();
      const hash = await hashPassword(password ?? "");
      const how = { address: call.address, keepSession: call.sessionId, means: "current_password" };
      await db.transact(async (tx) => await changePassword(tx, user, hash, how));
      return NO_CONTENT;
    },
  );
}

async function answerSession({ db, attachmentLimit }: ApiContext, call: Call, user: UserRow): Promise<Answer> {
  const account = await findAccount(db, call.account.id);
  if (account === undefined) throw new NotFound();
  const body = await presentSession(db, { user, account, sessionId: call.sessionId ?? "", attachmentLimit });
  return ok(body, user.version);
}
