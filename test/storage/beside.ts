import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { TestDatabase } from "../support/test-storage.ts";

export interface Beside {
  /** Resolves with what it printed last; rejects when it failed. */
  ended: Promise<string>;
}

/** Starts a process of its own from a script of this folder, and resolves once it says that it is ready. */
export async function startBeside(script: string, database: TestDatabase, ...rest: string[]): Promise<Beside> {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(
    process.execPath,
    [join(import.meta.dirname, script), database.data, database.databaseUrl ?? "", ...rest],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  let last = "";
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  createInterface(child.stdout).on("line", (line) => {
    last = line;
    resolve();
  });
  const ended = once(child, "close").then(([code]) => {
    if (code !== 0) throw new Error(`the process beside ended with ${String(code)}: ${errors}`);
    return last;
  });
  await Promise.race([ready, ended]);
  return { ended };
}
