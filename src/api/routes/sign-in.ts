import { contactKey } from "../../domain/contact-values.ts";
import { Invalid } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { checkPassword } from "../../domain/passwords.ts";
import { takeFactorCode } from "../../desk/second-factors.ts";
import { openSession } from "../../desk/sessions.ts";
import { type BegunSession, beginSession, recordRefusal, recordSignIn } from "../../desk/sign-in.ts";
import type { UserRow } from "../../storage/schema.ts";
import { type SessionHolder, deleteSession, noteSessionFailure } from "../../storage/sessions.ts";
import { findUser, findWhoSignsIn } from "../../storage/users.ts";
import { askedSite } from "../asked-site.ts";
import { findSession } from "../auth.ts";
import { answerBegun, placeOf } from "../begin-session.ts";
import type { OpenCall } from "../call.ts";
import { checkBody } from "../conventions/body.ts";
import { HttpError } from "../errors.ts";
import { ENVELOPE } from "../parameters.ts";
import type { ApiContext, Router } from "../router.ts";
import { SecondFactor, SignIn, SignInState } from "../schemas/sign-in.ts";

/** People who use one email at more help desks than this say which they mean. */
const MOST_HELP_DESKS = 5;

/** Wrong second factors in a row, after which the password is asked for again. */
const MOST_FAILURES = 5;

/** Signing in with a password, and with a code as the second factor. */
export function declareSignIn(router: Router): void {
  const { context } = router;
  const tag = "Sign-in";
  const options = { tag, parameters: [ENVELOPE], answer: SignInState, status: 201 } as const;

  router.open("POST", "/session", { ...options, summary: "Sign in", body: SignIn }, async (call) => {
    const faults = new Faults();
    const { email = "", password = "", site } = checkBody(SignIn, call.request.body, faults);
    faults.throwIfAny();
    const user = await checkSignIn(context, call, { email, password, site: site ?? undefined });
    const begun = await context.db.transact(async (tx) => await beginSession(tx, user, placeOf(call), "password"));
    return await answerBegun(context, call, begun);
  });

  router.open(
    "POST",
    "/session/second-factor",
    { ...options, summary: "Give a code as the second factor", body: SecondFactor },
    async (call) => {
      const faults = new Faults();
      const { code = "" } = checkBody(SecondFactor, call.request.body, faults);
      faults.throwIfAny();
      const waiting = await findWaiting(context, call);
      const begun = await takeCode(context, call, waiting, code);
      if (begun === null) throw await refuseFactor(context, call, waiting);
      context.throttle.succeeded(call.address, factorOf(waiting));
      return await answerBegun(context, call, begun);
    },
  );
}

/** Who signs in with a password: 401 when it is wrong, 422 when they must say at which help desk. */
async function checkSignIn(
  { auth, db, throttle }: ApiContext,
  { request, address }: OpenCall,
  { email, password, site }: { email: string; password: string; site: string | undefined },
): Promise<UserRow> {
  const asked = await askedSite(auth, request.raw, site);
  const emailKey = contactKey("email", email);
  const account = asked === "any" ? null : (asked.account?.id ?? "nowhere");
  const person = `${account ?? "any"} ${emailKey}`;
  throttle.take(address, person);
  const candidates = await findWhoSignsIn(db, account, emailKey, MOST_HELP_DESKS);
  // Nobody: it takes as long, so that the time does not tell who has an account here.
  if (candidates.length === 0) await checkPassword(password, null);
  const matching: UserRow[] = [];
  for (const user of candidates) {
    if (await checkPassword(password, user.password_hash)) matching.push(user);
  }
  const [user] = matching;
  if (user === undefined) {
    // Each in its help desk's own: a transaction over several would span machines where those are spread.
    for (const known of candidates) {
      await db.transact(async (tx) => await recordRefusal(tx, known, address, { by: "password" }));
    }
    throw new HttpError(401, "Unauthorized: the email address or the password is wrong", {
      "WWW-Authenticate": "Bearer",
    });
  }
  throttle.succeeded(address, person);
  if (matching.length > 1) throw new Invalid(["site is required: this email is known at several help desks"]);
  return user;
}

/** The session that waits for its second factor; 401 when there is none. */
export async function findWaiting({ auth }: ApiContext, { request }: OpenCall): Promise<SessionHolder> {
  const found = await findSession(auth, request.raw);
  if (found === null || found.session.pending === 0) {
    throw new HttpError(401, "Unauthorized: give email and password first", { "WWW-Authenticate": "Bearer" });
  }
  return found;
}

/** What is counted when somebody tries second factors, whichever session they do it in. */
function factorOf({ session }: SessionHolder): string {
  return `factor ${session.account_id} ${session.user_id}`;
}

async function takeCode(
  { db, vault, throttle }: ApiContext,
  call: OpenCall,
  waiting: SessionHolder,
  code: string,
): Promise<BegunSession | null> {
  throttle.take(call.address, factorOf(waiting));
  return await db.transact(async (tx) => {
    const { account_id, user_id, id } = waiting.session;
    const user = await findUser(tx, account_id, user_id);
    const by = user === undefined ? null : await takeFactorCode(tx, vault, user, code);
    if (user === undefined || by === null) return null;
    // A new one in its place: what the browser held before it was trusted opens nothing.
    if (!(await deleteSession(tx, account_id, user_id, id))) return null;
    const place = placeOf(call);
    const token = await openSession(tx, account_id, user_id, place);
    await recordSignIn(tx, user, place, { by: "password", second_factor: by });
    return { token, methods: [] };
  });
}

/** Counts a wrong second factor: after five the session is gone, and the password is asked for again. */
export async function refuseFactor(
  { db }: ApiContext,
  { address }: OpenCall,
  { session }: SessionHolder,
): Promise<HttpError> {
  const { account_id, user_id, id } = session;
  const failures = await db.transact(async (tx) => {
    const user = await findUser(tx, account_id, user_id);
    if (user !== undefined) await recordRefusal(tx, user, address, { by: "second_factor" });
    const count = await noteSessionFailure(tx, account_id, id);
    if (count >= MOST_FAILURES) await deleteSession(tx, account_id, user_id, id);
    return count;
  });
  const again =
    failures >= MOST_FAILURES ? "too many wrong codes: sign in again" : "the code is wrong, or was used before";
  return new HttpError(401, `Unauthorized: ${again}`, { "WWW-Authenticate": "Bearer" });
}
