import type { BegunSession } from "../desk/sign-in.ts";
import type { SignInPlace } from "../desk/sessions.ts";
import { deleteSession } from "../storage/sessions.ts";
import { findSession } from "./auth.ts";
import type { OpenCall } from "./call.ts";
import type { Answer } from "./conventions/answer.ts";
import type { ApiContext } from "./router.ts";
import { sessionCookie } from "./session-cookie.ts";

/** Where a request comes from, as its session remembers it. */
export function placeOf({ request, address }: OpenCall): SignInPlace {
  return { address, userAgent: request.headers["user-agent"] ?? null };
}

/** The answer to who has begun a session; the one that the browser had before ends. */
export async function answerBegun(
  { auth, db }: ApiContext,
  { request }: OpenCall,
  { token, methods }: BegunSession,
): Promise<Answer> {
  const before = await findSession(auth, request.raw);
  if (before !== null) {
    const { account_id, user_id, id } = before.session;
    await db.transact(async (tx) => await deleteSession(tx, account_id, user_id, id));
  }
  const body = methods.length === 0 ? { state: "signed_in" } : { state: "second_factor", methods };
  return { status: 201, body, cookie: sessionCookie(request.raw, token) };
}
