import type { OutgoingHttpHeaders } from "node:http";
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type onRequestHookHandler,
} from "fastify";
import { HttpError } from "./errors.ts";

export const DOCUMENTATION_PATH = "/docs";

/** Everything from this server, nothing from another. */
const POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/**
 * Serves the API's description to browse and try. The pages are a server in this one that nobody connects to, made when
 * somebody first asks: what they are made with is a megabyte of sources, and most servers never show them.
 */
export function serveDocumentation(app: FastifyInstance, document: object, refusePlain: onRequestHookHandler): void {
  let opened: Promise<FastifyInstance> | undefined;
  const show = async ({ method, url, headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    opened ??= openPages(document).catch((error: unknown) => {
      // Whoever asks next tries again.
      opened = undefined;
      throw error;
    });
    const asked = { method: method === "HEAD" ? "HEAD" : "GET", url, headers } as const;
    const answer = await (await opened).inject(asked);
    if (answer.statusCode >= 400) throw new HttpError(404, "Not Found");
    return await reply.code(answer.statusCode).headers(endToEnd(answer.headers)).send(answer.rawPayload);
  };
  app.get(DOCUMENTATION_PATH, { onRequest: refusePlain }, show);
  app.get(`${DOCUMENTATION_PATH}/*`, { onRequest: refusePlain }, show);
}

async function openPages(document: object): Promise<FastifyInstance> {
  const [{ default: swagger }, { default: swaggerUi }] = await Promise.all([
    import("@fastify/swagger"),
    import("@fastify/swagger-ui"),
  ]);
  const pages = Fastify({ routerOptions: { ignoreTrailingSlash: true } });
  await pages.register(swagger, { mode: "static", specification: { document: document as never } });
  await pages.register(swaggerUi, {
    routePrefix: DOCUMENTATION_PATH,
    staticCSP: true,
    transformStaticCSP: () => POLICY,
    uiConfig: { layout: "BaseLayout", tryItOutEnabled: true, persistAuthorization: false, validatorUrl: null },
    theme: { title: "Cantrip API" },
  });
  return pages;
}

/** What is of the connection is said by who answers on it, and how long it is may change on the way. */
const OF_THE_CONNECTION = new Set(["connection", "content-length", "date", "keep-alive", "transfer-encoding"]);

function endToEnd(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.has(name)));
}
