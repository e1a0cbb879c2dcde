import type { IncomingMessage } from "node:http";
import type { FastifyRequest } from "fastify";
import { refuseWithoutRight } from "./access.ts";
import { allowedVerbs } from "./allowed-verbs.ts";
import { type AuthContext, authenticate, refuseForeignSession, refuseForeignWrite } from "./auth.ts";
import type { Call } from "./call.ts";
import { BASE_PATH } from "./conventions/answer.ts";
import { type RawBody, checkBodyHeaders } from "./conventions/body-parser.ts";
import { type Charged, RateLimited, charge } from "./conventions/credits.ts";
import { readEmbeds } from "./conventions/embed.ts";
import { readIdempotencyKey } from "./conventions/idempotency.ts";
import { isOverrideRefused } from "./conventions/method-override.ts";
import { urlFaultOf } from "./conventions/url.ts";
import { HttpError } from "./errors.ts";
import type { FairTurns } from "./fair-turns.ts";
import type { ApiContext, Route, Router } from "./router.ts";
import type { Log } from "./log.ts";
import type { SessionLimit } from "./session-limit.ts";
import type { TokenUses } from "./token-uses.ts";

export interface ApiParts {
  context: ApiContext;
  auth: AuthContext;
  uses: TokenUses;
  sessionLimit: SessionLimit;
  turns: FairTurns;
  log: Log;
  bodyLimit: number;
}

/** The description of the API, which does not describe itself. */
export const DESCRIPTION: Route = {
  verb: "GET",
  path: "/openapi.json",
  tag: "",
  summary: "The API as OpenAPI 3.1",
  status: 200,
};

/** Whatever is below the base path and not declared. */
export const REST = "/*";

/** Whether nothing is declared at the path, under this verb. */
function isMissing(request: FastifyRequest): boolean {
  return request.is404 || request.routeOptions.url === BASE_PATH + REST;
}

/** What the route takes in place of JSON. */
export function rawBodyOf({ mailLimit }: ApiContext, request: FastifyRequest): RawBody | undefined {
  const type = request.routeOptions.config.endpoint?.rawType;
  return type === undefined ? undefined : { type, limit: mailLimit };
}

/** The checks before a request is looked at, in the order of T13: 400 override, 401, 429, 404 or 405, 415, 413, 400. */
export async function admit(parts: ApiParts, request: FastifyRequest, router: Router): Promise<void> {
  const { context, auth } = parts;
  const { raw } = request;
  refuseOverride(raw);
  const caller = await authenticate(auth, raw);
  const address = context.transport.clientOf(raw);
  const call: Call = { ...caller, request, address, query: request.asked, charged: null, idempotent: null };
  request.call = call;
  // Nothing is waited for that need not be: a promise costs as much as half of this function.
  const turn = parts.turns.take(call.account.id);
  if (turn !== undefined) await turn;
  await limit(parts, request, call);
  if (call.user === null) refuseForeignWrite(raw);
  else refuseForeignSession(auth, raw);
  if (isMissing(request) && urlFaultOf(raw) === undefined) throw notFound(request, router);
  const { endpoint } = request.routeOptions.config;
  if (endpoint !== undefined) refuseWithoutRight(call, endpoint);
  readHead(parts, request);
  const key = request.method === "POST" ? readIdempotencyKey(request.headers["idempotency-key"]) : null;
  if (key !== null) {
    const path = (raw.url ?? "").split("?")[0] ?? "";
    call.idempotent = {
      accountId: call.account.id,
      // Of a person, so that a key means the same after they signed in anew.
      tokenId: call.actor.tokenId ?? call.actor.userId ?? "",
      request: `POST ${path} ${key}`,
      bodyHash: null,
      ...(endpoint?.secret === true && { vault: context.vault }),
    };
  }
  // Judged by now (T6); the framework would judge it once more, also where there is no body that counts.
  delete raw.headers["content-type"];
}

/** As `admit`, for a route that nobody has to be known for. */
export function admitAnybody(parts: ApiParts, request: FastifyRequest): void {
  refuseOverride(request.raw);
  refuseForeignSession(parts.auth, request.raw);
  readHead(parts, request);
  delete request.raw.headers["content-type"];
}

function refuseOverride(raw: IncomingMessage): void {
  if (!isOverrideRefused(raw)) return;
  throw new HttpError(400, "Bad Request: X-HTTP-Method-Override must be one of: PUT, PATCH, DELETE");
}

/** A token costs its account credits, a session only its own patience (C1, C5). */
async function limit({ context, uses, sessionLimit }: ApiParts, request: FastifyRequest, call: Call): Promise<void> {
  const { account, actor, sessionId } = call;
  if (sessionId !== null) {
    sessionLimit.note(sessionId);
    return;
  }
  uses.note(account.id, actor.tokenId ?? "");
  call.charged = await chargeCall(context, request, call);
}

/** What the head of a request says, before its body is read: 415, 413, 400. */
function readHead({ context, bodyLimit }: ApiParts, request: FastifyRequest): void {
  const { raw, asked: query } = request;
  const urlFault = urlFaultOf(raw);
  const rawBody = rawBodyOf(context, request);
  const declared = request.routeOptions.config.endpoint?.body !== undefined;
  checkBodyHeaders(raw, rawBody?.limit ?? bodyLimit, rawBody?.type, declared);
  if (urlFault !== undefined) throw new HttpError(urlFault.status, urlFault.message);
  query.refuseUnreadable();
  // Here, so that no write is begun for an answer that cannot be given.
  query.list("fields");
  if (request.routeOptions.config.endpoint?.embeds === true) query.list("embed");
}

/** 1, and 1 for each recognised embed and for a count (C1). */
async function chargeCall(context: ApiContext, request: FastifyRequest, call: Call): Promise<Charged> {
  const { endpoint } = request.routeOptions.config;
  const embeds = endpoint?.embeds === true ? readEmbeds(call.query).size : 0;
  const count = endpoint?.collection === true && call.query.isTrue("count") ? 1 : 0;
  try {
    return await charge(context.meter, call.account, 1 + embeds + count);
  } catch (error) {
    if (error instanceof RateLimited) call.charged = error.charged;
    throw error;
  }
}

function notFound(request: FastifyRequest, router: Router): HttpError {
  const path = (request.raw.url ?? "").split("?")[0] ?? "";
  const verbs = allowedVerbs([...router.routes, DESCRIPTION], path);
  if (verbs.length === 0) return new HttpError(404, "Not Found");
  const allow = verbs.join(", ");
  return new HttpError(405, `Method Not Allowed: this path takes ${allow}`, { Allow: allow });
}
