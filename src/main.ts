import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { createApiServer } from "./api/server.ts";
import { type Config, ConfigError } from "./config.ts";
import { type FirstRun, setUpFirstAccount } from "./first-run.ts";
import { startWorker } from "./queue/queue.ts";
import { openCreditMeter } from "./storage/credit-windows.ts";
import { openStorage } from "./storage/open.ts";
import { takeServerLock } from "./storage/server-lock.ts";
import { startSweeps } from "./tasks/sweeps.ts";
import { tasksOf } from "./tasks/tasks.ts";

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:3000`. */
  url: string;
  /** What was set up because there was no account yet; null otherwise. */
  firstRun: FirstRun | null;
  /** Stops taking requests, finishes those that run, and closes the database. */
  close(): Promise<void>;
}

/**
 * The composition root: config, storage, desk, API and tasks. Resolves once requests are answered.
 * Throws `ConfigError` when the folder is served already or the port is taken.
 */
export async function startServer(config: Config, strict = false): Promise<RunningServer> {
  const storage = await openStorage({ data: config.data, databaseUrl: config.databaseUrl, strict });
  const lock = config.databaseUrl === null ? takeServerLock(config.data) : { release: () => undefined };
  if (lock === null) {
    await storage.close();
    throw new ConfigError(`another Cantrip server is running on ${config.data}: stop it, or use another --data folder`);
  }
  const log = pino({ level: config.logLevel, serializers: { error: pino.stdSerializers.err } }, pino.destination(2));
  try {
    const firstRun = await setUpFirstAccount(storage.db, config.site);
    const meter = openCreditMeter(storage.db);
    const app = await createApiServer({ config, storage, meter, log });
    await listen(app, config);
    const worker = startWorker(storage.db, tasksOf(storage), (error) => log.error({ error }, "the job queue failed"));
    const sweeps = startSweeps(storage, (error) => log.error({ error }, "a sweep failed"));
    return {
      url: urlOf(config, app.server.address() as AddressInfo),
      firstRun,
      close: async () => {
        await app.close();
        await sweeps.stop();
        await worker.stop();
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

async function listen(app: Awaited<ReturnType<typeof createApiServer>>, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EADDRINUSE") throw new ConfigError(`port ${port} on ${host} is taken: choose another with --port`);
    if (code === "EACCES") throw new ConfigError(`port ${port} on ${host} is not allowed: choose one above 1023 with --port`);
    throw error;
  }
}

function urlOf({ tlsCert }: Config, { address, family, port }: AddressInfo): string {
  const host = address === "0.0.0.0" || address === "::" ? "localhost" : family === "IPv6" ? `[${address}]` : address;
  return `${tlsCert === null ? "http" : "https"}://${host}:${port}`;
}
