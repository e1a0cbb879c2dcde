import type { IncomingMessage } from "node:http";
import { DAY, SECOND } from "../domain/time.ts";
import { SESSION_LIFETIME } from "../storage/sessions.ts";

/** `__Host-`: no other host and no plain connection can set it (RFC 6265bis 4.1.3). */
const NAME = "__Host-cantrip";

/** For browsers that keep no secure cookie on this machine itself over plain HTTP. */
const LOCAL_NAME = "cantrip";

/** The session that a request's cookie names; null when there is none. */
export function readSessionCookie(request: IncomingMessage): string | null {
  const cookies = new Map(
    (request.headers.cookie ?? "").split(";").flatMap((pair) => {
      const [name = "", value] = pair.split("=", 2);
      return value === undefined ? [] : [[name.trim(), value.trim()] as const];
    }),
  );
  return cookies.get(NAME) ?? (isPlain(request) ? cookies.get(LOCAL_NAME) : undefined) ?? null;
}

/** The `Set-Cookie` that keeps a session in the browser, for as long as any may last; null takes it out again. */
export function sessionCookie(request: IncomingMessage, token: string | null): string {
  const secure = !(isPlain(request) && isSafari(request.headers["user-agent"] ?? ""));
  const age = token === null ? 0 : (SESSION_LIFETIME - DAY) / SECOND;
  const name = secure ? NAME : LOCAL_NAME;
  return `${name}=${token ?? ""}; Path=/; Max-Age=${age}; HttpOnly;${secure ? " Secure;" : ""} SameSite=Lax`;
}

/** Plain HTTP, which is taken from this machine itself only (T2). */
function isPlain(request: IncomingMessage): boolean {
  return !("encrypted" in request.socket) && request.headers["x-forwarded-proto"] === undefined;
}

/** Chromium and Firefox keep secure cookies of `localhost` and `127.0.0.1`; Safari does not. */
function isSafari(agent: string): boolean {
  return /\bSafari\//.test(agent) && !/Chrom(e|ium)|Edg|Android/.test(agent);
}
