import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { CompiledQuery, DatabaseConnection, QueryResult } from "kysely";

interface Waiting {
  resolve(rows: unknown[]): void;
  reject(error: Error): void;
}

/**
 * A connection on a thread of its own, for reads that would hold up the event loop. The thread starts with the
 * first query and never keeps the process alive. Queries run one after the other.
 */
export class SqliteThread implements DatabaseConnection {
  readonly #file: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #last = 0;

  constructor(file: string) {
    this.#file = file;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    return { rows: await this.execute<R>(sql, parameters) };
  }

  async execute<R>(sql: string, parameters: readonly unknown[]): Promise<R[]> {
    const worker = (this.#worker ??= this.#start());
    const id = (this.#last += 1);
    const rows = await new Promise<unknown[]>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, sql, parameters });
    });
    return rows as R[];
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("the reader thread does not stream");
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL(`./sqlite-thread-worker${extname(import.meta.url)}`, import.meta.url), {
      workerData: this.#file,
    });
    worker.unref();
    worker.on("message", ({ id, rows, error }: { id: number; rows?: unknown[]; error?: string }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) worker.unref();
      if (rows === undefined) waiting?.reject(new Error(error));
      else waiting?.resolve(rows);
    });
    const fail = (error: Error): void => {
      for (const waiting of this.#waiting.values()) waiting.reject(error);
      this.#waiting.clear();
      this.#worker = undefined;
    };
    worker.on("error", fail);
    worker.on("exit", () => fail(new Error("the reader thread ended")));
    return worker;
  }
}
