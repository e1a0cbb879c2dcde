import { join } from "node:path";
import { webClientReady } from "../../bin/built.js";
import type { ServerParts } from "../../src/api/server.ts";
import { startWorker } from "../../src/queue/queue.ts";
import { tasksOf } from "../../src/tasks/tasks.ts";
import { isFresh } from "../../web/freshness.ts";
import { type TestServer, startTestServer } from "./test-api.ts";
import { type TestStorage, openTestStorage } from "./test-storage.ts";

const root = join(import.meta.dirname, "../..");
const built = join(root, "web/dist");

/** The folder of the built client: built when it is older than its sources, by one process of all that ask at once. */
async function webClient(): Promise<string> {
  await webClientReady();
  if (!isFresh()) throw new Error("the web client could not be built");
  return built;
}

/** A real server with the built client and a worker for its jobs (nothing is sent), on a storage of its own. */
export async function startWebServer(settings: Partial<ServerParts["config"]> = {}): Promise<TestServer> {
  const client = await webClient();
  const storage: TestStorage = await openTestStorage();
  const server = await startTestServer(settings, storage, client);
  const failed = (error: unknown): void => void process.stderr.write(`the job queue failed: ${String(error)}\n`);
  const worker = startWorker(storage.db, tasksOf(storage), failed);
  return {
    ...server,
    close: async () => {
      await Promise.all([server.close(), worker.stop()]);
      await storage.remove();
    },
  };
}

let shared: Promise<TestServer> | undefined;

/** The one that the files of this worker share: each test has an account of its own in it. */
export async function webServer(): Promise<TestServer> {
  shared ??= startWebServer().then((server) => {
    process.once("beforeExit", () => void server.close().catch(() => undefined));
    return server;
  });
  return await shared;
}
