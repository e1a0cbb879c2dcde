import cluster from "node:cluster";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createApiServer } from "./api/server.ts";
import { type Config, ConfigError } from "./config.ts";
import { preferMemory } from "./domain/heap.ts";
import { SECOND } from "./domain/time.ts";
import { type FirstRun, openSetupPage, setUpFirstAccount } from "./first-run.ts";
import { mailJudge } from "./incoming-mail.ts";
import { openLog } from "./log.ts";
import { openMetrics } from "./metrics.ts";
import { deliveryMeans } from "./outgoing-mail.ts";
import { startWorker } from "./queue/queue.ts";
import { LiveStreams } from "./realtime/live-streams.ts";
import { openCreditMeter } from "./storage/credit-windows.ts";
import { openStorage } from "./storage/open.ts";
import { takeServerLock } from "./storage/server-lock.ts";
import { startPatience } from "./start-patience.ts";
import { stopServing } from "./stop-serving.ts";
import { deliveryTasks } from "./tasks/deliveries.ts";
import { startMailServers } from "./tasks/mail-servers.ts";
import { startMailboxes } from "./tasks/mailboxes.ts";
import { startPendingMail } from "./tasks/pending-mail.ts";
import { startSweeps } from "./tasks/sweeps.ts";
import { tasksOf } from "./tasks/tasks.ts";
import { toldTasks } from "./told-tasks.ts";
import { metricsReader } from "./workers.ts";

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:3000`. */
  url: string;
  /** Where it takes mail; null where it does not. */
  smtpPort: number | null;
  lmtpPort: number | null;
  /** What was set up because there was no account yet; null otherwise. */
  firstRun: FirstRun | null;
  /** Where somebody takes charge of a help desk that nobody has yet, below the URL; null when there is none. */
  setupPage: string | null;
  /** Goes on answering for `drain` milliseconds, as one who is leaving; then finishes what runs and closes the database. */
  close(drain?: number): Promise<void>;
}

/**
 * The composition root: config, storage, desk, API and tasks. Resolves once requests are answered. `signal` ends the wait for
 * a database that cannot be reached. Throws `ConfigError` when the folder is served already or the port is taken.
 */
export async function startServer(config: Config, signal?: AbortSignal): Promise<RunningServer> {
  const log = openLog(config);
  const onceThere = startPatience(config, log, signal);
  const storage = await onceThere(async () => await openStorage(config));
  const lock = config.databaseUrl === null ? takeServerLock(config.data) : { release: () => undefined };
  if (lock === null) {
    await storage.close();
    throw new ConfigError(`another Cantrip server is running on ${config.data}: stop it, or use another --data folder`);
  }
  const stopping = new AbortController();
  const metrics = openMetrics(storage.db);
  try {
    const firstRun = await onceThere(async () => await setUpFirstAccount(storage.db, config.site));
    // Of several processes the primary prints it.
    const setupPage = cluster.isWorker ? null : await onceThere(async () => await openSetupPage(storage.db));
    const meter = openCreditMeter(storage.db);
    storage.db.hearOthers((error) => log.error({ error }, "other processes are not heard"));
    const live = new LiveStreams(storage.db, (error) => log.error({ error }, "live updates failed"));
    const means = deliveryMeans(config, storage);
    const app = await createApiServer({
      config,
      storage,
      meter,
      live,
      log,
      outgoing: means,
      incoming: { judge: mailJudge(config), mailboxes: { ...means, mailLimit: config.mailLimit } },
      stopping: stopping.signal,
      metrics: { observe: metrics.observe, text: metricsReader(metrics.registry) },
    });
    await listen(app, config);
    // It began so (`bin/cantrip`), until what the start left is collected.
    preferMemory(SECOND);
    const stores = { ...storage, reach: means.reach, judge: mailJudge(config) };
    const mailServers = await startMailServers(stores, {
      ...config,
      tls: readCertificate(config),
      onError: (error) => log.error({ error }, "a message could not be taken"),
    }).catch(async (error: unknown) => {
      await app.close();
      throw isListenFailure(error) ? new ConfigError(`cannot take mail: ${error.message}`) : error;
    });
    const worker = startWorker(storage.db, toldTasks(tasksOf(storage), log), (error) =>
      log.error({ error }, "the job queue failed"),
    );
    const failed = (error: unknown): void => log.error({ error }, "the queue of outgoing mail failed");
    const postman = startWorker(storage.db, toldTasks(deliveryTasks(means), log), failed, DELIVERIES_AT_ONCE);
    const sweeps = startSweeps(storage, (error) => log.error({ error }, "a sweep failed"));
    const pending = startPendingMail(stores, (error) => log.error({ error }, "received mail is still pending"));
    const mailboxes = startMailboxes(stores, {
      means: { ...means, mailLimit: config.mailLimit },
      onError: (error, mailbox) => log.error({ error, mailbox: mailbox?.id }, "a mailbox could not be fetched"),
    });
    return {
      url: urlOf(config, app.server.address() as AddressInfo),
      smtpPort: mailServers.smtpPort,
      lmtpPort: mailServers.lmtpPort,
      firstRun,
      setupPage,
      close: async (drain = 0) => {
        const grace = setTimeout(() => means.smtp.abort(), drain + STOP_GRACE);
        await Promise.all([
          stopServing(app, stopping, drain),
          ...[mailServers, mailboxes, pending, sweeps, worker, postman].map(async (each) => await each.stop()),
        ]);
        clearTimeout(grace);
        means.smtp.close();
        await storage.close();
        lock.release();
      },
    };
  } catch (error) {
    await storage.close();
    lock.release();
    throw error;
  }
}

/** Mail servers take seconds to answer, and some minutes. */
const DELIVERIES_AT_ONCE = 8;

/** How long a delivery may go on when the server is stopped: whoever stops it kills it soon after. */
const STOP_GRACE = 5 * SECOND;

async function listen(app: Awaited<ReturnType<typeof createApiServer>>, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EADDRINUSE") throw new ConfigError(`port ${port} on ${host} is taken: choose another with --port`);
    if (code === "EACCES") {
      throw new ConfigError(`port ${port} on ${host} is not allowed: choose one above 1023 with --port`);
    }
    throw error;
  }
}

/** The certificate of HTTPS is that of SMTP too. */
function readCertificate({ tlsCert, tlsKey }: Config): { cert: Buffer; key: Buffer } | null {
  return tlsCert === null || tlsKey === null ? null : { cert: readFileSync(tlsCert), key: readFileSync(tlsKey) };
}

function isListenFailure(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error && error.syscall === "listen";
}

function urlOf({ tlsCert }: Config, { address, family, port }: AddressInfo): string {
  const host = address === "0.0.0.0" || address === "::" ? "localhost" : family === "IPv6" ? `[${address}]` : address;
  return `${tlsCert === null ? "http" : "https"}://${host}:${port}`;
}
