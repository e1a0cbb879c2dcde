import type { IncomingMessage } from "node:http";
import { fileURLToPath } from "node:url";
import Fastify, { type FastifyInstance } from "fastify";
import { sql } from "kysely";
import type { Db } from "../storage/database.ts";
import type { CreditMeter } from "../storage/credit-windows.ts";
import type { Storage } from "../storage/open.ts";
import { openVault } from "../storage/secrets.ts";
import type { Config } from "../config.ts";
import type { IncomingMail } from "../desk/requeue-received.ts";
import type { OutgoingMail } from "../desk/try-mail.ts";
import { FailureLimit, authenticate } from "./auth.ts";
import { BASE_PATH } from "./conventions/answer.ts";
import { compressPages } from "./conventions/compression.ts";
import { openTransport } from "./conventions/transport.ts";
import { rewriteUrl } from "./conventions/url.ts";
import { HEADER_LIMIT, createHttpServer } from "./http-server.ts";
import { KeptAnswers } from "./kept-answers.ts";
import { KnownTokens } from "./known-tokens.ts";
import type { LiveUpdates } from "./live.ts";
import { FairTurns } from "./fair-turns.ts";
import type { Log } from "./log.ts";
import { serveApi } from "./serve-api.ts";
import { serveMetrics } from "./serve-metrics.ts";
import { servePages } from "./serve-pages.ts";
import { BUILT_CLIENT } from "./serve-web-client.ts";
import { SignInThrottle } from "./sign-in-throttle.ts";
import { SessionLimit } from "./session-limit.ts";
import { TokenUses } from "./token-uses.ts";
import { type RequestFacts, factsOf, requestTeller } from "./told-requests.ts";
import { serveViews } from "./view/serve-views.ts";

export interface ServerParts {
  config: Pick<
    Config,
    | "site"
    | "data"
    | "secretKey"
    | "smtpUrl"
    | "publicUrl"
    | "tlsCert"
    | "tlsKey"
    | "trustedProxies"
    | "bodyLimit"
    | "attachmentLimit"
    | "mailLimit"
    | "keptAnswers"
    | "metricsToken"
  >;
  storage: Storage;
  meter: CreditMeter;
  live: LiveUpdates;
  log: Log;
  /** The folder of the built web client, where it is not the usual one. */
  webClient?: string;
  /** Told of every request that was answered, and asked for the page that shows them. */
  metrics?: { observe(facts: RequestFacts): void; text(): Promise<string> };
  /** Aborted when the server is about to stop: it is then not ready, and what holds a connection open ends it. */
  stopping?: AbortSignal;
  /** How mail is judged and mailboxes are opened; without it neither is done. */
  incoming?: IncomingMail;
  /** How mail goes out, for trying it; without it that cannot be tried. */
  outgoing?: OutgoingMail | null;
}

/** The HTTP server, ready to listen. Closing it writes what is pending. */
export async function createApiServer({
  config,
  storage,
  meter,
  live,
  log,
  webClient,
  metrics,
  stopping,
  incoming = { mailboxes: null },
  outgoing = null,
}: ServerParts): Promise<FastifyInstance> {
  const tell = requestTeller(log, metrics);
  const uses = new TokenUses(storage.db, (error) => log.error({ error }, "the last use of tokens was not written"));
  const turns = new FairTurns();
  const kept = new KeptAnswers({ db: storage.db, meter, uses, turns, tell, most: config.keptAnswers });
  const app = Fastify({
    serverFactory: (handler) => createHttpServer(config, log, kept.before(handler), stopping),
    logger: false,
    schemaController: NO_SCHEMAS,
    rewriteUrl,
    forceCloseConnections: "idle",
    // What reaches a server that closes is answered like everything before it.
    return503OnClosing: false,
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: HEADER_LIMIT,
      // The conventions read the query themselves (see `Query`).
      querystringParser: () => ({}),
    },
  });
  app.decorateRequest("call", null);
  app.decorateRequest("asked");
  app.addHook("onResponse", (request, reply, done) => {
    tell(factsOf(request, reply), request.raw, reply.raw, request.call?.account.id);
    done();
  });
  app.addHook("onClose", async () => {
    await uses.close();
  });
  compressPages(app);
  // Streams go on for ever: they end before the server waits for what is still running.
  stopping?.addEventListener("abort", () => live.close());
  app.addHook("preClose", async () => await Promise.resolve(live.close()));
  const transport = openTransport(config.trustedProxies, config.publicUrl);
  const tokens = new KnownTokens(storage.db);
  const auth = { db: storage.db, transport, site: config.site, failures: new FailureLimit(), tokens };
  const parts = {
    context: {
      db: storage.db,
      blobs: storage.blobs,
      meter,
      transport,
      kept,
      live,
      auth,
      vault: openVault({ data: config.data, key: config.secretKey }),
      throttle: new SignInThrottle(),
      publicUrl: config.publicUrl,
      hasRelay: config.smtpUrl !== null,
      identify: async (request: IncomingMessage) => await authenticate(auth, request).catch(() => null),
      attachmentLimit: config.attachmentLimit,
      mailLimit: config.mailLimit,
      incoming,
      outgoing,
    },
    auth,
    uses,
    sessionLimit: new SessionLimit(),
    turns,
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
  if (metrics !== undefined) {
    serveMetrics(app, { token: config.metricsToken, transport, text: async () => await metrics.text() });
  }
  servePages(app, {
    document: document.current,
    isSecure: (request) => transport.isSecure(request.raw),
    webClient: webClient ?? fileURLToPath(BUILT_CLIENT),
    isReady: async () => stopping?.aborted !== true && (await isReady(storage.db)),
    log,
  });
  serveViews(app, { db: storage.db, blobs: storage.blobs, auth });
  return app;
}

/** The conventions check and write JSON themselves. The framework's own checker and writer are half a megabyte of sources. */
const NO_SCHEMAS = { compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema } };

function refuseSchema(): never {
  throw new Error("routes have no schema of the framework's");
}

async function isReady(db: Db): Promise<boolean> {
  return await sql`select 1`.execute(db.query).then(
    () => true,
    () => false,
  );
}
