import { Faults } from "../../domain/faults.ts";
import {
  type AnsweredPasskey,
  accountOfPasskey,
  authenticationOptions,
  readAuthentication,
  useAnswer,
} from "../../desk/passkeys.ts";
import { type BegunSession, beginSession } from "../../desk/sign-in.ts";
import { type SessionHolder, deleteSession } from "../../storage/sessions.ts";
import { findAccount } from "../../storage/accounts.ts";
import { findUser } from "../../storage/users.ts";
import { askedSite } from "../asked-site.ts";
import { findSession } from "../auth.ts";
import { answerBegun, placeOf } from "../begin-session.ts";
import type { OpenCall } from "../call.ts";
import { checkBody } from "../conventions/body.ts";
import { ok } from "../conventions/answer.ts";
import { HttpError } from "../errors.ts";
import { ENVELOPE } from "../parameters.ts";
import { isPasskeyResponse, relyingParty } from "../passkey-call.ts";
import type { ApiContext, Router } from "../router.ts";
import { PasskeyAnswer, PasskeyOptions, SignInState } from "../schemas/sign-in.ts";
import { refuseFactor } from "./sign-in.ts";

/** Signing in with a passkey: in place of the password, or as the second factor after it. */
export function declarePasskeySignIn(router: Router): void {
  const { context } = router;
  const tag = "Sign-in";
  const parameters = [ENVELOPE];

  router.open(
    "POST",
    "/session/passkey/options",
    {
      tag,
      summary: "Ask for what a passkey needs to sign in",
      parameters,
      answer: PasskeyOptions,
      status: 200,
    },
    async (call) => {
      const { db, auth, transport } = context;
      const waiting = await waitingSession(context, call);
      const user =
        waiting === null ? null : ((await findUser(db, waiting.account.id, waiting.session.user_id)) ?? null);
      const party = relyingParty(transport, call.request.raw, "");
      return ok(await authenticationOptions(auth.db, party, purposeOf(waiting), user));
    },
  );

  router.open(
    "POST",
    "/session/passkey",
    { tag, summary: "Sign in with a passkey", parameters, body: PasskeyAnswer, answer: SignInState, status: 201 },
    async (call) => {
      const faults = new Faults();
      const { response } = checkBody(PasskeyAnswer, call.request.body, faults);
      if (!isPasskeyResponse(response)) faults.add("response must be what the passkey answered");
      faults.throwIfAny();
      const waiting = await waitingSession(context, call);
      context.throttle.take(call.address, null);
      const answered = isPasskeyResponse(response) ? await readAnswer(context, call, waiting, response) : null;
      const begun = answered === null ? null : await begin(context, call, waiting, answered);
      if (begun === null && waiting !== null) throw await refuseFactor(context, call, waiting);
      if (begun === null) {
        throw new HttpError(401, "Unauthorized: this passkey opens nothing here", { "WWW-Authenticate": "Bearer" });
      }
      return await answerBegun(context, call, begun);
    },
  );
}

async function waitingSession({ auth }: ApiContext, { request }: OpenCall): Promise<SessionHolder | null> {
  const found = await findSession(auth, request.raw);
  return found?.session.pending === 1 ? found : null;
}

/** Ties a challenge to what it is for: signing in, or the second factor of one session. */
function purposeOf(waiting: SessionHolder | null): string {
  return waiting === null ? "sign in" : `second factor ${waiting.session.id}`;
}

async function readAnswer(
  { auth, db, transport }: ApiContext,
  { request }: OpenCall,
  waiting: SessionHolder | null,
  response: Parameters<typeof accountOfPasskey>[0],
): Promise<AnsweredPasskey | null> {
  const party = relyingParty(transport, request.raw, "");
  const purpose = purposeOf(waiting);
  if (waiting !== null) {
    const asked = { accountId: waiting.account.id, purpose, verified: false };
    const answered = await readAuthentication(db, party, asked, response);
    return answered?.passkey.user_id === waiting.session.user_id ? answered : null;
  }
  const accountId = accountOfPasskey(response);
  const account = accountId === null ? undefined : await findAccount(db, accountId);
  const asked = await askedSite(auth, request.raw, undefined);
  if (account === undefined || (asked !== "any" && asked.account?.id !== account.id)) return null;
  // Alone it is both factors: something one has, and the finger or PIN by which it knows its owner.
  const answered = await readAuthentication(db, party, { accountId: account.id, purpose, verified: true }, response);
  return answered !== null && ownsHandle(answered, response) ? answered : null;
}

function ownsHandle({ passkey }: AnsweredPasskey, { response }: Parameters<typeof accountOfPasskey>[0]): boolean {
  const handle = Buffer.from(response.userHandle ?? "", "base64url").toString("hex");
  return handle === passkey.account_id + passkey.user_id;
}

async function begin(
  { db }: ApiContext,
  call: OpenCall,
  waiting: SessionHolder | null,
  answered: AnsweredPasskey,
): Promise<BegunSession | null> {
  return await db.transact(async (tx) => {
    const { account_id, user_id } = answered.passkey;
    const user = await findUser(tx, account_id, user_id);
    if (user === undefined || user.disabled_at !== null || !(await useAnswer(tx, answered))) return null;
    if (waiting !== null && !(await deleteSession(tx, account_id, user_id, waiting.session.id))) return null;
    return await beginSession(tx, user, placeOf(call), "passkey");
  });
}
