import { readFileSync } from "node:fs";
import { type RequestListener, type Server, STATUS_CODES, createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { constants } from "node:zlib";
import compress from "@fastify/compress";
import Fastify, { type FastifyInstance } from "fastify";
import { sql } from "kysely";
import type { Db } from "../storage/database.ts";
import type { CreditMeter } from "../storage/credit-windows.ts";
import type { Storage } from "../storage/open.ts";
import type { Config } from "../config.ts";
import { FailureLimit } from "./auth.ts";
import { BASE_PATH } from "./conventions/answer.ts";
import { applyMethodOverride } from "./conventions/method-override.ts";
import { openTransport } from "./conventions/transport.ts";
import { rewriteUrl } from "./conventions/url.ts";
import { serveApi } from "./serve-api.ts";
import { servePages } from "./serve-pages.ts";
import { TokenUses } from "./token-uses.ts";

/** Request line and headers together, in bytes; more is 431. The URL has a limit of its own below it. */
const HEADER_LIMIT = 48 * 1024;

/** How long a client may take for a whole request, and for its headers, in milliseconds. */
const REQUEST_TIMEOUT = 300_000;
const HEADERS_TIMEOUT = 30_000;

/** Longer than what reverse proxies keep a connection idle, so that they close it and not we. */
const KEEP_ALIVE = 72_000;

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
    "site" | "publicUrl" | "tlsCert" | "tlsKey" | "trustedProxies" | "bodyLimit" | "attachmentLimit"
  >;
  storage: Storage;
  meter: CreditMeter;
  log: Log;
}

/** The HTTP server, ready to listen. Closing it writes what is pending. */
export async function createApiServer({ config, storage, meter, log }: ServerParts): Promise<FastifyInstance> {
  const app = Fastify({
    serverFactory: (handler) => createHttpServer(config, handler),
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
    context: { db: storage.db, blobs: storage.blobs, meter, transport, attachmentLimit: config.attachmentLimit },
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

function createHttpServer(config: ServerParts["config"], handler: RequestListener): Server {
  const listener: RequestListener = (request, response) => {
    applyMethodOverride(request);
    handler(request, response);
  };
  const limits = { maxHeaderSize: HEADER_LIMIT, requestTimeout: REQUEST_TIMEOUT, headersTimeout: HEADERS_TIMEOUT };
  const tls =
    config.tlsCert === null || config.tlsKey === null
      ? null
      : { cert: readFileSync(config.tlsCert), key: readFileSync(config.tlsKey) };
  const server = tls === null ? createServer(limits, listener) : createTlsServer({ ...limits, ...tls }, listener);
  server.keepAliveTimeout = KEEP_ALIVE;
  server.on("clientError", refuseUnreadable);
  return server;
}

/** What the HTTP parser refuses gets the same form as every other 4xx (T12). */
function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ""] ?? 400;
  const reason = STATUS_CODES[status] ?? "Bad Request";
  const body = JSON.stringify({ message: reason });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
