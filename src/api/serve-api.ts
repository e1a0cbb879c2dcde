import { hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { refuseHidden } from "./access.ts";
import { type ApiParts, DESCRIPTION, REST, admit, admitAnybody, rawBodyOf } from "./admit.ts";
import type { Call } from "./call.ts";
import { type Answer, BASE_PATH, ok, sendAnswer } from "./conventions/answer.ts";
import { BodyParser, hasBody } from "./conventions/body-parser.ts";
import { keepRefusal } from "./conventions/idempotency.ts";
import { EMPTY_QUERY, Query } from "./conventions/query.ts";
import { HttpError, refusalOf } from "./errors.ts";
import { requestIdOf } from "./http-server.ts";
import { Router } from "./router.ts";
import { declareRoutes } from "./routes.ts";
import { openApiDocument } from "./openapi.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The query as the conventions read it; also of a request that is refused. */
    asked: Query;
    /** Null until the request is authenticated. */
    call: Call | null;
  }
}

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
        (bytes) => {
          if (request.call?.idempotent != null) request.call.idempotent.bodyHash = hash("sha256", bytes, "hex");
        },
        rawBodyOf(context, request),
        request.routeOptions.config.endpoint?.body !== undefined,
      ),
  );
  api.addHook("onRequest", async (request) => {
    request.asked = readQuery(request.raw.url ?? "");
    if (!context.transport.isSecure(request.raw)) throw new HttpError(403, "HTTPS is required");
    if (isPublic(request)) return;
    if (request.routeOptions.config.endpoint?.open === true) admitAnybody(parts, request);
    else await admit(parts, request, router);
  });
  // Last, as it may depend on the body.
  api.addHook("preHandler", ({ call, routeOptions: { config } }, _reply, done) => {
    // Most see all inboxes: they do not wait for a promise to say so.
    if (call?.user?.inboxIds == null || config.endpoint === undefined) done();
    else void settleHook(refuseHidden(context.db, call, config.endpoint), done);
  });
  api.addHook("onRoute", (route) => {
    if (route.method === "GET") return;
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
  // Before the web client's pages, which answer every other GET.
  api.get(REST, () => {
    throw new HttpError(404, "Not Found");
  });
  api.setErrorHandler(async (error, request, reply) => await refuse(parts, error, request, reply));
  declareRoutes(router);
  const description = openApiDocument(router.routes);
  api.get(DESCRIPTION.path, async (request, reply) => await sendAnswer(context, request, reply, ok(description)));
  return Promise.resolve(description);
}

/** Goes on once a check is through, or says why not. */
async function settleHook(check: Promise<void>, done: (error?: Error) => void): Promise<void> {
  try {
    await check;
  } catch (error) {
    done(error as Error);
    return;
  }
  done();
}

/** The description is no secret of an account's. */
function isPublic(request: FastifyRequest): boolean {
  return request.routeOptions.url === BASE_PATH + DESCRIPTION.path;
}

function readQuery(url: string): Query {
  const question = url.indexOf("?");
  return question === -1 ? EMPTY_QUERY : new Query(url.slice(question + 1));
}

async function refuse(
  { context, log }: ApiParts,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { status, headers, body } = refusalOf(error);
  if (status >= 500) log.error({ error, request: requestIdOf(reply.raw) }, "a request failed");
  const answer: Answer = { status, headers, ...(body !== null && { body }) };
  const idempotent = request.call?.idempotent;
  // A body that was refused unread has no hash to keep; asked again, it is refused again.
  if (idempotent != null && (idempotent.bodyHash !== null || !hasBody(request.raw))) {
    await keepRefusal(context.db, idempotent, { status, ...(body !== null && { body }) }).catch(() => undefined);
  }
  return await sendAnswer(context, request, reply, answer);
}
