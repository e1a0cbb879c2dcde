import type { IncomingMessage } from "node:http";
import { accountOfToken, hashToken } from "../domain/api-tokens.ts";
import { NotAllowed } from "../domain/errors.ts";
import type { Actor } from "../domain/events.ts";
import { type SignedInUser, visibleInboxes } from "../domain/roles.ts";
import { HOUR, MINUTE, now } from "../domain/time.ts";
import { findAccountBySite } from "../storage/accounts.ts";
import type { AskedAccount, TokenHolder } from "../storage/api-tokens.ts";
import type { Db } from "../storage/database.ts";
import { type SessionHolder, findSessionHolder, noteSessionUse } from "../storage/sessions.ts";
import { labelOf } from "./asked-site.ts";
import type { Transport } from "./conventions/transport.ts";
import { HttpError } from "./errors.ts";
import type { KnownTokens } from "./known-tokens.ts";
import { WEB_CLIENT_HEADER, isRead, isSameOrigin, isWebClient } from "./same-origin.ts";
import { readSessionCookie } from "./session-cookie.ts";

/** Wrong tokens that one client address may try in a minute; more are told to wait (A3). */
const FAILURES_PER_MINUTE = 120;

export interface AuthContext {
  db: Db;
  transport: Transport;
  /** The help desk that alone is served; null when the host or the token decides (T1). */
  site: string | null;
  failures: FailureLimit;
  tokens: KnownTokens;
}

/** Who asks: a token or a person, and of which account. */
export interface Caller {
  account: AskedAccount;
  actor: Actor;
  /** Null for a token. */
  user: SignedInUser | null;
  sessionId: string | null;
}

/** Who a request is from, by its session or its token (A1). Throws 401, or 429 to one who keeps trying. */
export async function authenticate(auth: AuthContext, request: IncomingMessage): Promise<Caller> {
  if (usesSession(auth, request)) {
    const caller = await findSignedIn(auth, request);
    if (caller === null) throw unauthorized(request);
    return caller;
  }
  const holder = await findTokenCaller(auth, request);
  return { account: holder, actor: { tokenId: holder.token_id, userId: null }, user: null, sessionId: null };
}

/**
 * Whether the session counts and nothing else: for our web client's requests, and for what a page of ours makes the browser
 * read without a header of its own (a download, an event stream).
 */
function usesSession({ transport }: AuthContext, request: IncomingMessage): boolean {
  if (isWebClient(request)) return true;
  const { authorization, "sec-fetch-site": site } = request.headers;
  if (authorization !== undefined || site === undefined || !isRead(request)) return false;
  return isSameOrigin(request, transport) && readSessionCookie(request) !== null;
}

/** Who is signed in by the cookie of a request, API or not; null when nobody is, or the host names another help desk (T1). */
export async function findSignedIn(auth: AuthContext, request: IncomingMessage): Promise<Caller | null> {
  const found = await findSession(auth, request);
  if (found === null || found.session.pending === 1) return null;
  const { account, session, user } = found;
  const at = now();
  if (session.last_seen_at < at - HOUR) {
    await auth.db.transact(async (tx) => await noteSessionUse(tx, account.id, session.id, at));
  }
  const inboxIds = visibleInboxes(user.role, user.inbox_ids);
  return {
    account,
    actor: { tokenId: null, userId: session.user_id },
    user: { id: session.user_id, role: user.role, inboxIds },
    sessionId: session.id,
  };
}

/** The session that a request's cookie opens here, also one that waits for its second factor; null when there is none. */
export async function findSession(
  { db, transport, site }: AuthContext,
  request: IncomingMessage,
): Promise<SessionHolder | null> {
  const token = readSessionCookie(request);
  const accountId = token === null ? null : accountOfToken(token);
  if (token === null || accountId === null) return null;
  const found = await findSessionHolder(db, accountId, hashToken(token), now());
  if (found === undefined || !(await isServedHere(db, found.account, site, transport.hostOf(request)))) return null;
  return found;
}

/**
 * Refuses a write in a person's name, or one that would sign somebody in, unless our own web client sends it from a page
 * of ours: cookies are sent by the browser, whoever makes it ask.
 */
export function refuseForeignSession({ transport }: Pick<AuthContext, "transport">, request: IncomingMessage): void {
  if (isRead(request) || (isWebClient(request) && isSameOrigin(request, transport))) return;
  throw new NotAllowed("Forbidden: only a page of this server may do this, with the header X-Cantrip-Client");
}

async function findTokenCaller(
  { db, transport, site, failures, tokens }: AuthContext,
  request: IncomingMessage,
): Promise<TokenHolder> {
  const credentials = readCredentials(request);
  if (credentials === null) throw unauthorized(request);
  const holder = await tokens.find(credentials.token);
  if (holder === undefined || !(await isServedHere(db, holder, site, transport.hostOf(request)))) {
    failures.note(transport.clientOf(request));
    throw unauthorized(request);
  }
  return holder;
}

/** Refuses a write by Basic that another site makes a browser send: it adds the credentials by itself (A1). */
export function refuseForeignWrite(request: IncomingMessage): void {
  const foreign = request.headers["sec-fetch-site"] === "cross-site";
  if (!foreign || isRead(request) || readCredentials(request)?.basic !== true) return;
  throw new NotAllowed("Forbidden: another site may not write with the credentials that a browser keeps");
}

/** T1: `--site` decides if given; else a host whose first label names another account is not served. */
async function isServedHere(
  db: Db,
  holder: Pick<AskedAccount, "id" | "site">,
  site: string | null,
  host: string,
): Promise<boolean> {
  if (site !== null) return holder.site === site;
  const label = labelOf(host);
  if (label === null || label === holder.site) return true;
  const named = await findAccountBySite(db, label);
  return named === undefined || named.id === holder.id;
}

/** Bearer, or Basic with the token as user name (A1). */
function readCredentials(request: IncomingMessage): { token: string; basic: boolean } | null {
  const match = /^\s*(bearer|basic)\s+(\S+)\s*$/i.exec(request.headers.authorization ?? "");
  if (match?.[1] === undefined || match[2] === undefined) return null;
  if (match[1].toLowerCase() === "bearer") return { token: match[2], basic: false };
  const [user = ""] = Buffer.from(match[2], "base64").toString("utf8").split(":");
  return { token: user, basic: true };
}

/** A browser that navigates, or a client that says nothing about itself, is told that Basic will do; our web client is not. */
function unauthorized(request: IncomingMessage): HttpError {
  const { headers } = request;
  const fetches = Object.keys(headers).some((name) => name.startsWith("sec-fetch-"));
  const basic = headers[WEB_CLIENT_HEADER] === undefined && (!fetches || headers["sec-fetch-mode"] === "navigate");
  const challenges = basic ? ["Bearer", 'Basic realm="Cantrip: give the API token as user name"'] : ["Bearer"];
  const how = isWebClient(request)
    ? "sign in"
    : "an API token is needed, as a bearer token or as the user name of Basic";
  return new HttpError(401, `Unauthorized: ${how}`, {
    "WWW-Authenticate": challenges,
  });
}

/** Counts wrong tokens by client address in windows of a minute. */
export class FailureLimit {
  readonly #failures = new Map<string, { since: number; count: number }>();

  /** Counts one more; throws 429 once there are too many. */
  note(client: string): void {
    const at = now();
    const known = this.#failures.get(client);
    const window = known === undefined || at >= known.since + MINUTE ? { since: at, count: 0 } : known;
    window.count += 1;
    // The oldest client makes room: the map stays small whoever calls.
    if (this.#failures.size >= 10_000) this.#failures.delete(this.#failures.keys().next().value ?? "");
    this.#failures.set(client, window);
    if (window.count <= FAILURES_PER_MINUTE) return;
    const wait = Math.max(1, Math.ceil((window.since + MINUTE - at) / 1000));
    throw new HttpError(429, `Too Many Requests: too many wrong tokens from this address; try again in ${wait} s`, {
      "Retry-After": String(wait),
    });
  }
}
