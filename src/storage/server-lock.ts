import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface ServerLock {
  release(): void;
}

/**
 * Takes the one place of a server on an embedded data folder; null when another process has it. It is an open transaction
 * on a file of its own, so the operating system gives it back however the process ends. The command line needs none:
 * it may work on the folder while the server runs.
 */
export function takeServerLock(data: string): ServerLock | null {
  const file = join(data, "server.lock");
  closeSync(openSync(file, "a", 0o600));
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec("begin exclusive");
  } catch (error) {
    database.close();
    if (error instanceof Error && error.message.includes("locked")) return null;
    throw error;
  }
  return { release: () => database.close() };
}
