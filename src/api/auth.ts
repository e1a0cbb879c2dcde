import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { accountOfToken, hashToken } from "../domain/api-tokens.ts";
import { NotAllowed } from "../domain/errors.ts";
import { MINUTE, now } from "../domain/time.ts";
import { findAccountBySite } from "../storage/accounts.ts";
import { type TokenHolder, findTokenHolder } from "../storage/api-tokens.ts";
import type { Db } from "../storage/database.ts";
import type { Transport } from "./conventions/transport.ts";
import { HttpError } from "./errors.ts";

/** Marks a request of the product's own web client, which signs in with a session and nothing else (A1). */
const WEB_CLIENT_HEADER = "x-cantrip-client";

/** Wrong tokens that one client address may try in a minute; more are told to wait (A3). */
const FAILURES_PER_MINUTE = 120;

export interface AuthContext {
  db: Db;
  transport: Transport;
  /** The help desk that alone is served; null when the host or the token decides (T1). */
  site: string | null;
  failures: FailureLimit;
}

/** The account that a request's token opens. Throws 401, or 429 to one who keeps trying. */
export async function authenticate(
  { db, transport, site, failures }: AuthContext,
  request: IncomingMessage,
): Promise<TokenHolder> {
  const credentials = readCredentials(request);
  if (credentials === null) throw unauthorized(request);
  const holder = await findHolder(db, credentials.token);
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

async function findHolder(db: Db, token: string): Promise<TokenHolder | undefined> {
  const accountId = accountOfToken(token);
  return accountId === null ? undefined : await findTokenHolder(db, accountId, hashToken(token));
}

/** T1: `--site` decides if given; else a host whose first label names another account is not served. */
async function isServedHere(db: Db, holder: TokenHolder, site: string | null, host: string): Promise<boolean> {
  if (site !== null) return holder.site === site;
  const name = host
    .toLowerCase()
    .replace(/:\d+$/, "")
    .replace(/^\[|\]$/g, "");
  const label = name.split(".")[0] ?? "";
  if (label === holder.site || name === "localhost" || label === "" || isIP(name) !== 0) return true;
  const named = await findAccountBySite(db, label);
  return named === undefined || named.id === holder.id;
}

/** Bearer, or Basic with the token as user name (A1). */
function readCredentials(request: IncomingMessage): { token: string; basic: boolean } | null {
  if (request.headers[WEB_CLIENT_HEADER] !== undefined) return null;
  const match = /^\s*(bearer|basic)\s+(\S+)\s*$/i.exec(request.headers.authorization ?? "");
  if (match?.[1] === undefined || match[2] === undefined) return null;
  if (match[1].toLowerCase() === "bearer") return { token: match[2], basic: false };
  const [user = ""] = Buffer.from(match[2], "base64").toString("utf8").split(":");
  return { token: user, basic: true };
}

function isRead(request: IncomingMessage): boolean {
  return request.method === "GET" || request.method === "HEAD" || request.method === "OPTIONS";
}

/** A browser that navigates, or a client that says nothing about itself, is told that Basic will do; our web client is not. */
function unauthorized(request: IncomingMessage): HttpError {
  const { headers } = request;
  const fetches = Object.keys(headers).some((name) => name.startsWith("sec-fetch-"));
  const basic = headers[WEB_CLIENT_HEADER] === undefined && (!fetches || headers["sec-fetch-mode"] === "navigate");
  const challenges = basic ? ["Bearer", 'Basic realm="Cantrip: give the API token as user name"'] : ["Bearer"];
  return new HttpError(401, "Unauthorized: an API token is needed, as a bearer token or as the user name of Basic", {
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
