import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { HttpError, refusalOf } from "./errors.ts";
import { requestIdOf } from "./http-server.ts";
import type { Log } from "./log.ts";
import { serveDocumentation } from "./serve-documentation.ts";
import { serveWebClient } from "./serve-web-client.ts";

export interface Pages {
  /** The API's description, for the documentation that can be browsed. */
  document: object;
  isSecure: (request: FastifyRequest) => boolean;
  /** Whether the database answers. */
  isReady: () => Promise<boolean>;
  /** The folder of the built web client. */
  webClient: string;
  log: Log;
}

/** What stands beside the API: the web client, the documentation with try-it, the health checks. */
export function servePages(app: FastifyInstance, { document, isSecure, isReady, webClient, log }: Pages): void {
  const refusePlain: onRequestHookHandler = (request, _reply, done) => {
    done(isSecure(request) ? undefined : new HttpError(403, "HTTPS is required"));
  };
  app.setNotFoundHandler((request) => {
    throw isSecure(request) ? new HttpError(404, "Not Found") : new HttpError(403, "HTTPS is required");
  });
  app.setErrorHandler(async (error, _request, reply) => {
    const { status, headers, body } = refusalOf(error);
    if (status >= 500) log.error({ error, request: requestIdOf(reply.raw) }, "a page failed");
    for (const [name, value] of Object.entries(headers)) reply.raw.setHeader(name, value);
    if (body === null) return reply.code(status).send();
    return reply.code(status).header("Content-Type", "application/json; charset=utf-8").send(JSON.stringify(body));
  });

  // For load balancers, which ask over plain HTTP: alive, and able to serve.
  app.get("/healthz", async (_request, reply) => await text(reply, 200, "ok\n"));
  app.get("/readyz", async (_request, reply) => ((await isReady()) ? text(reply, 200, "ok\n") : text(reply, 503, "")));

  serveWebClient(app, webClient, refusePlain);
  serveDocumentation(app, document, refusePlain);
}

async function text(reply: FastifyReply, status: number, body: string): Promise<FastifyReply> {
  return await reply.code(status).header("Content-Type", "text/plain; charset=utf-8").send(body);
}
