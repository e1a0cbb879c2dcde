import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { CompiledQuery, DatabaseConnection, QueryResult } from "kysely";
import { NobodyWaits, whoWaits } from "./who-waits.ts";

interface Asked {
  id: number;
  sql: string;
  parameters: readonly unknown[];
  isGone: (() => boolean) | undefined;
  resolve(rows: unknown[]): void;
  reject(error: Error): void;
}

/** The one that runs, and one for the thread to go on with: the others wait here, where they can be dropped. */
const HANDED_OVER = 2;

export interface ThreadOptions {
  file: string;
  /** Whether it writes: by default it only reads. Nobody is to be told of what it writes before the writer's next commit. */
  writes?: boolean;
}

/**
 * A connection on a thread of its own, for what would hold up the event loop. The thread starts with the
 * first query and never keeps the process alive. Queries run one after the other; one that nobody waits for any more when its
 * turn comes is dropped (`who-waits.ts`).
 */
export class SqliteThread implements DatabaseConnection {
  readonly #options: ThreadOptions;
  readonly #waiting: Asked[] = [];
  readonly #running = new Map<number, Asked>();
  #worker: Worker | undefined;
  #last = 0;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    return { rows: await this.execute<R>(sql, parameters) };
  }

  async execute<R>(sql: string, parameters: readonly unknown[]): Promise<R[]> {
    const id = (this.#last += 1);
    const rows = await new Promise<unknown[]>((resolve, reject) => {
      this.#waiting.push({ id, sql, parameters, isGone: whoWaits(), resolve, reject });
      this.#handOver();
    });
    return rows as R[];
  }

  #handOver(): void {
    while (this.#running.size < HANDED_OVER) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (next.isGone?.() === true) {
        next.reject(new NobodyWaits());
        continue;
      }
      const worker = (this.#worker ??= this.#start());
      const { id, sql, parameters } = next;
      this.#running.set(id, next);
      worker.ref();
      worker.postMessage({ id, sql, parameters });
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("a thread does not stream");
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL(`./sqlite-thread-worker${extname(import.meta.url)}`, import.meta.url), {
      workerData: this.#options,
      // What is loaded into the process before the program is for its main thread.
      execArgv: [],
    });
    worker.unref();
    worker.on("message", ({ id, rows, error }: { id: number; rows?: unknown[]; error?: string }) => {
      const asked = this.#running.get(id);
      this.#running.delete(id);
      this.#handOver();
      if (this.#running.size === 0) worker.unref();
      if (rows === undefined) asked?.reject(new Error(error));
      else asked?.resolve(rows);
    });
    const fail = (error: Error): void => {
      for (const asked of [...this.#running.values(), ...this.#waiting.splice(0)]) asked.reject(error);
      this.#running.clear();
      this.#worker = undefined;
    };
    worker.on("error", fail);
    worker.on("exit", () => fail(new Error("the thread of a connection ended")));
    return worker;
  }
}
