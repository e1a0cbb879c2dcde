import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { AggregatorRegistry, type Registry } from "prom-client";
import type { Config } from "./config.ts";
import { SECOND } from "./domain/time.ts";
import { type FirstRun, openSetupPage, setUpFirstAccount } from "./first-run.ts";
import { openLog } from "./log.ts";
import { startPatience } from "./start-patience.ts";
import { openStorage } from "./storage/open.ts";

/** What a worker tells the primary once it serves. */
export interface Serving {
  url: string;
  smtpPort: number | null;
  lmtpPort: number | null;
}

/** What the two say to each other. */
export type WorkerMessage =
  | { cantrip: "serving"; serving: Serving }
  | { cantrip: "stop" }
  | { cantrip: "metrics wanted" }
  | { cantrip: "metrics"; text: string | null };

/** A worker that ended before it served, for the reason that it has told on its standard error. */
export class WorkerFailed extends Error {
  override readonly name = "WorkerFailed";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super("a worker could not start");
    this.exitCode = exitCode;
  }
}

export interface RunningWorkers extends Serving {
  firstRun: FirstRun | null;
  setupPage: string | null;
  /** Asks every worker to finish what it has begun, and waits for all of them. */
  close(): Promise<void>;
}

/** A worker that lived this long was well, and what ended it may end the next at any time: it is replaced at once. */
const WELL_AFTER = 10 * SECOND;
const FIRST_PAUSE = SECOND / 4;
const LONGEST_PAUSE = 30 * SECOND;

/**
 * Serves with several processes that share the ports. This one, the primary, takes the connections and hands each to the
 * next worker; it serves nothing itself. It brings the schema up to date and makes the first help desk before any worker
 * starts, and replaces those that die. Each worker is a whole server: jobs, mailboxes and deliveries are shared by claims
 * and leases in the database, as with servers on other machines.
 */
export async function startWorkers(config: Config, stopAskedFor?: AbortSignal): Promise<RunningWorkers> {
  const log = openLog(config);
  const { firstRun, setupPage } = await startPatience(config, log, stopAskedFor)(async () => await prepare(config));
  answerForAll();
  // The first alone: what keeps it from starting (a port that is taken) is told once.
  const serving = await startWorker();
  for (let count = 1; count < config.workers; count += 1) await startWorker();
  let isStopping = false;
  let pause = FIRST_PAUSE;
  const replace = async (worker: Worker, code: number | null, signal: string | null): Promise<void> => {
    if (isStopping) return;
    const lived = performance.now() - (started.get(worker.id) ?? 0);
    started.delete(worker.id);
    pause = lived > WELL_AFTER ? FIRST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
    log.error({ worker: worker.process.pid, code, signal }, "a worker ended and is replaced");
    await sleep(pause);
    if (!isStopping) fork();
  };
  cluster.on("exit", (worker, code: number | null, signal: string | null) => void replace(worker, code, signal));
  return {
    ...serving,
    firstRun,
    setupPage,
    close: async () => {
      isStopping = true;
      await Promise.all(Object.values(cluster.workers ?? {}).map(async (each) => await stopWorker(each)));
    },
  };
}

async function prepare(config: Config): Promise<Pick<RunningWorkers, "firstRun" | "setupPage">> {
  const storage = await openStorage(config);
  try {
    const firstRun = await setUpFirstAccount(storage.db, config.site);
    return { firstRun, setupPage: await openSetupPage(storage.db) };
  } finally {
    await storage.close();
  }
}

/** When each was started, by the process's clock. */
const started = new Map<number, number>();

function fork(): Worker {
  const worker = cluster.fork();
  started.set(worker.id, performance.now());
  return worker;
}

/** Resolves once the new worker serves. Rejects with `WorkerFailed` when it ends before, and then ends the others. */
async function startWorker(): Promise<Serving> {
  const worker = fork();
  const { promise, resolve, reject } = Promise.withResolvers<Serving>();
  worker.on("message", (message: WorkerMessage) => {
    if (message.cantrip === "serving") resolve(message.serving);
  });
  worker.once("exit", (code: number | null) => reject(new WorkerFailed(code === null || code === 0 ? 1 : code)));
  try {
    return await promise;
  } catch (error) {
    for (const other of Object.values(cluster.workers ?? {})) other?.process.kill("SIGKILL");
    throw error;
  }
}

async function stopWorker(worker: Worker | undefined): Promise<void> {
  if (worker === undefined || worker.isDead()) return;
  const ended = once(worker, "exit");
  if (worker.isConnected()) worker.send({ cantrip: "stop" } satisfies WorkerMessage);
  else worker.process.kill("SIGTERM");
  await ended;
}

/** In the primary: gives a worker that is asked for its metrics those of all workers. */
function answerForAll(): void {
  const all = new AggregatorRegistry();
  cluster.on("message", (worker, message: WorkerMessage) => {
    if (message.cantrip !== "metrics wanted") return;
    const answer = (text: string | null): void => {
      if (worker.isConnected()) worker.send({ cantrip: "metrics", text } satisfies WorkerMessage);
    };
    all.clusterMetrics().then(answer, () => answer(null));
  });
}

/** Reads the text of /metrics: of this process, or in a worker of all workers together. */
export function metricsReader(registry: Registry): () => Promise<string> {
  if (!cluster.isWorker) return async () => await registry.metrics();
  // From now on this worker's are handed over whichever of them is asked.
  AggregatorRegistry.setRegistries(registry);
  void new AggregatorRegistry();
  return async () => (await askPrimary()) ?? (await registry.metrics());
}

async function askPrimary(): Promise<string | null> {
  return await new Promise((resolve) => {
    const take = (message: WorkerMessage): void => {
      if (message.cantrip !== "metrics") return;
      process.off("message", take);
      resolve(message.text);
    };
    process.on("message", take);
    process.send?.({ cantrip: "metrics wanted" } satisfies WorkerMessage);
  });
}

/** Whether this process is a worker that a primary started. */
export function isWorker(): boolean {
  return cluster.isWorker;
}

/** In a worker: tells the primary that it serves. */
export function tellServing({ url, smtpPort, lmtpPort }: Serving): void {
  process.send?.({ cantrip: "serving", serving: { url, smtpPort, lmtpPort } } satisfies WorkerMessage);
}

/** In a worker: resolves when the primary asks it to stop. */
export async function stopAsked(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.on("message", (message: WorkerMessage) => {
      if (message.cantrip === "stop") resolve();
    });
  });
}
