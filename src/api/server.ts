import { constants } from "node:zlib";
import compress from "@fastify/compress";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { sql } from "kysely";
import type { Db } from "../storage/database.ts";
import type { CreditMeter } from "../storage/credit-windows.ts";
import type { Storage } from "../storage/open.ts";
import type { Config } from "../config.ts";
import { FailureLimit } from "./auth.ts";
import { BASE_PATH } from "./conventions/answer.ts";
import { openTransport } from "./conventions/transport.ts";
import { rewriteUrl } from "./conventions/url.ts";
import { HEADER_LIMIT, createHttpServer } from "./http-server.ts";
import { serveApi } from "./serve-api.ts";
import { servePages } from "./serve-pages.ts";
import { TokenUses } from "./token-uses.ts";

/** Bodies from this many bytes on are compressed (T3). */
const COMPRESS_FROM = 1024;

/** Where the server tells what a client must not see. */
export interface Log {
  debug(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface ServerParts {
  config: Pick<
    Config,
    "site" | "publicUrl" | "tlsCert" | "tlsKey" | "trustedProxies" | "bodyLimit" | "attachmentLimit" | "mailLimit"
  >;
  storage: Storage;
  meter: CreditMeter;
  log: Log;
}

/** The HTTP server, ready to listen. Closing it writes what is pending. */
export async function createApiServer({ config, storage, meter, log }: ServerParts): Promise<FastifyInstance> {
  const app = Fastify({
    serverFactory: (handler) => createHttpServer(config, log, handler),
    logger: false,
    rewriteUrl,
    forceCloseConnections: "idle",
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: HEADER_LIMIT,
      // The conventions read the query themselves (see `Query`).
      querystringParser: () => ({}),
    },
  });
  app.decorateRequest("call", null);
  app.decorateRequest("asked");
  app.addHook("onResponse", async (request, reply) => {
    await Promise.resolve();
    log.debug(factsOf(request, reply), "a request was answered");
  });
  const uses = new TokenUses(storage.db, (error) => log.error({ error }, "the last use of tokens was not written"));
  app.addHook("onClose", async () => {
    await uses.close();
  });
  await app.register(compress, {
    threshold: COMPRESS_FROM,
    encodings: ["br", "gzip"],
    // Quality 11, the default, costs a hundred times what it saves here.
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  });
  const transport = openTransport(config.trustedProxies, config.publicUrl);
  const parts = {
    context: {
      db: storage.db,
      blobs: storage.blobs,
      meter,
      transport,
      attachmentLimit: config.attachmentLimit,
      mailLimit: config.mailLimit,
    },
    auth: { db: storage.db, transport, site: config.site, failures: new FailureLimit() },
    uses,
    log,
    bodyLimit: config.bodyLimit,
  };
  const document: { current: object } = { current: {} };
  await app.register(
    async (api) => {
      document.current = await serveApi(api, parts);
    },
    { prefix: BASE_PATH },
  );
  await servePages(app, {
    document: document.current,
    isSecure: (request) => transport.isSecure(request.raw),
    isReady: async () => await isReady(storage.db),
    log,
  });
  return app;
}

async function isReady(db: Db): Promise<boolean> {
  return await sql`select 1`.execute(db.query).then(
    () => true,
    () => false,
  );
}

/** What the log keeps of a request: its route, not its path or query, which hold what clients search for. */
function factsOf({ method, routeOptions }: FastifyRequest, reply: FastifyReply): object {
  const milliseconds = Math.round(reply.elapsedTime);
  return {
    request: reply.raw.getHeader("Request-Id"),
    method,
    route: routeOptions.url,
    status: reply.statusCode,
    milliseconds,
  };
}
