import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest, onSendAsyncHookHandler } from "fastify";
import { type AuthContext, authenticate, refuseForeignWrite } from "./auth.ts";
import type { Call } from "./call.ts";
import { type Answer, BASE_PATH, ok, sendAnswer } from "./conventions/answer.ts";
import { BodyParser, type RawBody, checkBodyHeaders, hasBody } from "./conventions/body-parser.ts";
import { type Charged, RateLimited, charge } from "./conventions/credits.ts";
import { readEmbeds } from "./conventions/embed.ts";
import { keepRefusal, readIdempotencyKey } from "./conventions/idempotency.ts";
import { isOverrideRefused } from "./conventions/method-override.ts";
import { EMPTY_QUERY, Query } from "./conventions/query.ts";
import { urlFaultOf } from "./conventions/url.ts";
import { HttpError, refusalOf } from "./errors.ts";
import { type ApiContext, type Route, Router } from "./router.ts";
import { declareRoutes } from "./routes.ts";
import { allowedVerbs } from "./allowed-verbs.ts";
import { openApiDocument } from "./openapi.ts";
import type { Log } from "./server.ts";
import type { TokenUses } from "./token-uses.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The query as the conventions read it; also of a request that is refused. */
    asked: Query;
    /** Null until the request is authenticated. */
    call: Call | null;
  }
}

export interface ApiParts {
  context: ApiContext;
  auth: AuthContext;
  uses: TokenUses;
  log: Log;
  bodyLimit: number;
}

const VARY = "Accept, Accept-Encoding, Authorization, Cookie";

/**
 * The API below its base path: every request goes through `admit`, every refusal through one error handler.
 * Returns the API's description.
 */
export function serveApi(api: FastifyInstance, parts: ApiParts): Promise<object> {
  const { context } = parts;
  const router = new Router(api, context);
  const parser = new BodyParser(parts.bodyLimit);
  api.removeAllContentTypeParsers();
  api.addContentTypeParser(
    "*",
    async (request: FastifyRequest, payload: IncomingMessage) =>
      await parser.read(
        payload,
        (hash) => {
          if (request.call?.idempotent != null) request.call.idempotent.bodyHash = hash;
        },
        rawBodyOf(context, request),
      ),
  );
  api.addHook("onRequest", async (request, reply) => {
    request.asked = readQuery(request.raw.url ?? "");
    void reply.header("Vary", VARY);
    if (!context.transport.isSecure(request.raw)) throw new HttpError(403, "HTTPS is required");
    if (!isPublic(request)) await admit(parts, request, router);
  });
  // Once more after the compression of each route, which adds to it what is there in another letter case.
  api.addHook("onRoute", (route) => {
    const restoreVary: onSendAsyncHookHandler = async (_request, reply, payload) =>
      await Promise.resolve(payload).finally(() => void reply.header("Vary", VARY));
    route.onSend = [route.onSend ?? [], restoreVary].flat();
    const { handler } = route;
    // However it ends: a large body counts until nobody looks at it any more (F1).
    route.handler = async function handleWithBody(request, reply): Promise<unknown> {
      try {
        return await (handler.call(this, request, reply) as Promise<unknown>);
      } finally {
        request.body = undefined;
        parser.release(request.raw);
      }
    };
  });
  api.setNotFoundHandler(() => {
    throw new HttpError(404, "Not Found");
  });
  api.setErrorHandler(async (error, request, reply) => await refuse(parts, error, request, reply));
  declareRoutes(router);
  const description = openApiDocument(router.routes);
  api.get(DESCRIPTION.path, async (request, reply) => await sendAnswer(context, request, reply, ok(description)));
  return Promise.resolve(description);
}

/** The description of the API, which does not describe itself. */
const DESCRIPTION: Route = {
  verb: "GET",
  path: "/openapi.json",
  tag: "",
  summary: "The API as OpenAPI 3.1",
  status: 200,
};

/** The description is no secret of an account's. */
function isPublic(request: FastifyRequest): boolean {
  return request.routeOptions.url === BASE_PATH + DESCRIPTION.path;
}

/** What the route takes in place of JSON. */
function rawBodyOf({ mailLimit }: ApiContext, request: FastifyRequest): RawBody | undefined {
  const type = request.routeOptions.config.endpoint?.rawType;
  return type === undefined ? undefined : { type, limit: mailLimit };
}

/** The checks before a request is looked at, in the order of T13: 400 override, 401, 429, 404 or 405, 415, 413, 400. */
async function admit(
  { context, auth, uses, bodyLimit }: ApiParts,
  request: FastifyRequest,
  router: Router,
): Promise<void> {
  const { raw } = request;
  if (isOverrideRefused(raw)) {
    throw new HttpError(400, "Bad Request: X-HTTP-Method-Override must be one of: PUT, PATCH, DELETE");
  }
  const query = request.asked;
  const holder = await authenticate(auth, raw);
  const actor = { tokenId: holder.token_id, userId: null };
  const call: Call = { request, account: holder, actor, query, charged: null, idempotent: null };
  request.call = call;
  uses.note(holder.id, holder.token_id);
  call.charged = await chargeCall(context, request, call);
  refuseForeignWrite(raw);
  const urlFault = urlFaultOf(raw);
  if (request.is404 && urlFault === undefined) throw notFound(request, router);
  const rawBody = rawBodyOf(context, request);
  checkBodyHeaders(raw, rawBody?.limit ?? bodyLimit, rawBody?.type);
  if (urlFault !== undefined) throw new HttpError(urlFault.status, urlFault.message);
  query.refuseUnreadable();
  // Here, so that no write is begun for an answer that cannot be given.
  query.list("fields");
  if (request.routeOptions.config.endpoint?.embeds === true) query.list("embed");
  const key = request.method === "POST" ? readIdempotencyKey(request.headers["idempotency-key"]) : null;
  if (key !== null) {
    const path = (raw.url ?? "").split("?")[0] ?? "";
    call.idempotent = {
      accountId: holder.id,
      tokenId: holder.token_id,
      request: `POST ${path} ${key}`,
      bodyHash: null,
    };
  }
  // Judged by now (T6); the framework would judge it once more, also where there is no body that counts.
  delete raw.headers["content-type"];
}

function readQuery(url: string): Query {
  const question = url.indexOf("?");
  return question === -1 ? EMPTY_QUERY : new Query(url.slice(question + 1));
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

async function refuse(
  { context, log }: ApiParts,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { status, headers, body } = refusalOf(error);
  if (status >= 500) log.error({ error, request: reply.raw.getHeader("Request-Id") }, "a request failed");
  const answer: Answer = { status, headers, ...(body !== null && { body }) };
  const idempotent = request.call?.idempotent;
  // A body that was refused unread has no hash to keep; asked again, it is refused again.
  if (idempotent != null && (idempotent.bodyHash !== null || !hasBody(request.raw))) {
    await keepRefusal(context.db, idempotent, { status, ...(body !== null && { body }) }).catch(() => undefined);
  }
  return await sendAnswer(context, request, reply, answer);
}
