import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Kysely, KyselyPlugin } from "kysely";
import { OneAccount } from "./one-account.ts";
import type { Hearing, News, Others } from "./news.ts";
import type { Schema } from "./schema.ts";
import type { Statements } from "./statements.ts";

export type Engine = "sqlite" | "postgres";

/** What a query that only reads may use. `getExecutor` lets a `sql` template run; such a template reads only. */
export type ReadQueries = Pick<Kysely<Schema>, "selectFrom" | "fn" | "getExecutor" | "withoutPlugins">;
export type WriteQueries = ReadQueries & Pick<Kysely<Schema>, "insertInto" | "updateTable" | "deleteFrom">;

/** Anything that can be read from: the database, or a transaction that sees its own writes. */
export interface Reader {
  readonly engine: Engine;
  /** Whether the database keeps tallies of its tickets: all do but what Citus has spread (`ticket-tallies.ts`). */
  readonly tallied: boolean;
  readonly query: ReadQueries;
  /** Where queries run that were built before: see `prepared.ts`. */
  readonly statements: Statements;
}

/** One way into an engine: to read, to read for long, or one transaction. */
export interface Way {
  readonly query: Kysely<Schema>;
  readonly statements: Statements;
}

/** A step that a transaction leaves for the end: see `Tx.lastly`. */
export type LastStep = () => Promise<unknown>;

/** One way into an engine to write. */
export interface WriteWay extends Way {
  /** See `Tx.lastly`. */
  readonly lastly: (step: LastStep, once?: string) => void;
  /** See `Tx.leave`. */
  readonly leave: (write: Promise<unknown>) => void;
}

/** What the two engines do differently: see `sqlite.ts` and `postgres.ts`. */
export interface Driver {
  readonly engine: Engine;
  /** For reads outside a transaction: never waits for a writer. */
  readonly reads: Way;
  /** For reads that may take more than a few milliseconds: counts, searches, deep pages. Off the main thread where the engine runs on it. */
  readonly longReads: Way;
  /**
   * Runs `work` in one transaction; commits when it resolves, durably, and rolls back when it rejects. `closing` is told where the commit
   * or the rollback is sent before what was left is answered: a statement that came after it would be outside.
   */
  transaction<T>(work: (way: WriteWay) => Promise<T>, closing: () => void): Promise<T>;
  /** Whether the engine's error means that another transaction was in the way and the same work may succeed now. */
  isRetryable(error: unknown): boolean;
  /** See `Db`. */
  changeMark(): number | null;
  /** For whoever watches the engine, by name: sizes of files in bytes, or connections by what they do. */
  figures(): Promise<Record<string, number>>;
  /** What it takes to share the database with other processes; absent where one process serves. */
  readonly others?: Others;
  /** Where an account's lists may be read besides: a replica that has all its writers were told of; null when none has. */
  replicaOf?(accountId: string): Promise<Way | null>;
  close(): Promise<void>;
}

/** Where the lists, searches and counts of an account are read: `long` for what may take more than a few milliseconds. */
export interface ListReads {
  quick: Reader;
  long: Reader;
}

/** Thrown inside a transaction to run it again from the start: the state it began with has changed under it. */
export class RunAgain extends Error {
  override readonly name = "RunAgain";
}

/** A transaction. Writes exist only here. It is over when the function given to `transact` returns. */
export class Tx implements Reader {
  readonly engine: Engine;
  readonly tallied: boolean;
  readonly #query: WriteQueries;
  readonly #way: Omit<WriteWay, "query">;
  readonly hooks: (() => void | Promise<void>)[] = [];
  readonly touched = new Set<string>();
  #over = false;

  constructor(
    { engine, tallied }: Pick<Reader, "engine" | "tallied">,
    query: WriteQueries,
    way: Omit<WriteWay, "query">,
  ) {
    this.engine = engine;
    this.tallied = tallied;
    this.#query = query;
    this.#way = way;
  }

  get query(): WriteQueries {
    if (this.#over) throw new Error(RAN_LATE);
    return this.#query;
  }

  get statements(): Statements {
    if (this.#over) throw new Error(RAN_LATE);
    return this.#way.statements;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Runs `hook` after the commit, and not at all after a rollback. A hook's failure is its own affair: it must not throw. */
  onCommit(hook: () => void | Promise<void>): void {
    this.hooks.push(hook);
  }

  /**
   * Leaves a step for the end, just before the commit: on SQLite all transactions that share a commit have done their work
   * then, and the steps of all run in their order. None runs for a transaction that failed; one that fails ends all of them. For what
   * costs the less the more of it is done at once, and what the transaction itself does not read. Of the steps that are named alike with
   * `once` one runs, behind all without a name.
   */
  lastly(step: LastStep, once?: string): void {
    this.#way.lastly(step, once);
  }

  /**
   * Leaves a write for the commit to wait for: PostgreSQL is sent what follows before it has answered. If it fails, so does the
   * transaction, for that reason. For a write whose statements are all given by the time its function returns, that fails only for a
   * reason of the database's, and of which nobody in the transaction wants to know how it went.
   */
  leave(write: Promise<unknown>): void {
    this.#way.leave(write);
  }

  /**
   * Says that the account's lists change with this transaction: who reads them after the commit sees it, on a replica too.
   * Whatever records an event or answers a write of the API has said so.
   */
  touch(accountId: string): void {
    this.touched.add(accountId);
  }

  end(): void {
    this.#over = true;
  }
}

const RAN_LATE = "a query escaped its transaction: it ran after the transaction was over";

const MOST_ATTEMPTS = 6;

/** Milliseconds at most before the second attempt; twice that before the third, and so on. */
const LONGEST_PAUSE = 10;

const running = new AsyncLocalStorage<true>();

/** The database. Reads go straight to it, writes through `transact`. */
export class Db implements Reader {
  readonly engine: Engine;
  /** Set once, when it is opened. */
  tallied = true;
  readonly #driver: Driver;
  readonly #strict: boolean;
  #hearing: Hearing | null = null;

  /** `strict` makes a read that escapes to the database from inside a transaction an error (tests). */
  constructor(driver: Driver, strict = false) {
    this.engine = driver.engine;
    this.#driver = driver;
    this.#strict = strict;
  }

  get query(): ReadQueries {
    this.#refuseInsideTransaction();
    return this.#driver.reads.query;
  }

  get statements(): Statements {
    this.#refuseInsideTransaction();
    return this.#driver.reads.statements;
  }

  /** A reader for what may take more than a few milliseconds. */
  get longReads(): Reader {
    this.#refuseInsideTransaction();
    return { engine: this.engine, tallied: this.tallied, ...this.#driver.longReads };
  }

  /** Readers for an account's lists, searches and counts: of a replica where there is one that is as far as its writers. */
  async listReads(accountId: string): Promise<ListReads> {
    this.#refuseInsideTransaction();
    const replica = (await this.#driver.replicaOf?.(accountId)) ?? null;
    if (replica === null) return { quick: this, long: this.longReads };
    const reader: Reader = { engine: this.engine, tallied: this.tallied, ...replica };
    return { quick: reader, long: reader };
  }

  /** Tells the other processes that share the database, and the readers of its replica: see `Others`. Never rejects. */
  async announce(news: News, accountIds: readonly string[]): Promise<void> {
    await this.#driver.others?.announce(news, accountIds);
  }

  /** From now on readers here are woken by what other processes announce, until the database is closed. */
  hearOthers(onError: (error: unknown) => void): void {
    this.#hearing ??= this.#driver.others?.listen(onError) ?? null;
  }

  /** Whether what others announce arrives; if not, somebody has to look. */
  get hearsOthers(): boolean {
    return this.#hearing?.works ?? false;
  }

  /**
   * Runs `work` in one transaction and returns what it returns, after the commit is durable and the `onCommit` hooks
   * have run. `work` runs again from the start when the engine lost it to a deadlock or it threw `RunAgain`,
   * so it touches nothing but `tx` (or does so idempotently).
   */
  async transact<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    this.#refuseInsideTransaction();
    for (let attempt = 1; ; attempt += 1) {
      let tx: Tx | undefined;
      let result: T;
      try {
        result = await this.#driver.transaction(
          async ({ query, ...way }) => {
            if (!this.#strict) return await work((tx = new Tx(this, query, way)));
            const one = new OneAccount();
            const watched = one.watch(query.withPlugin(refuseWhen(() => open.isOver)));
            const statements = one.watchStatements(way.statements);
            const open: Tx = (tx = new Tx(this, watched, { ...way, statements }));
            return await running.run(true, () => work(open));
          },
          () => tx?.end(),
        );
      } catch (error) {
        tx?.end();
        const again = error instanceof RunAgain || this.#driver.isRetryable(error);
        if (!again || attempt === MOST_ATTEMPTS) throw error;
        // At once it might take the very row that the other, to which it gave way, is only just being woken for.
        await sleep(Math.random() * LONGEST_PAUSE * attempt);
        continue;
      }
      // Past the commit: whatever a hook throws, the work must not run again.
      tx?.end();
      if (tx !== undefined && tx.touched.size > 0) await this.announce("events", [...tx.touched]);
      for (const hook of tx?.hooks ?? []) await hook();
      return result;
    }
  }

  /**
   * A number that every commit of any process changes, for what is kept in memory and must not outlive one; null where the
   * engine has none, and telling would cost a question of its own.
   */
  changeMark(): number | null {
    return this.#driver.changeMark();
  }

  /** What the engine says of itself; see `Driver`. */
  async engineFigures(): Promise<Record<string, number>> {
    return await this.#driver.figures();
  }

  async close(): Promise<void> {
    await this.#hearing?.stop();
    await this.#driver.close();
  }

  #refuseInsideTransaction(): void {
    if (this.#strict && running.getStore() === true) {
      throw new Error("a query escaped its transaction: inside transact(), use tx, not the database");
    }
  }
}

/** Refuses a query that was built inside a transaction and runs after it (strict): `tx.query` alone cannot see that. */
function refuseWhen(isOver: () => boolean): KyselyPlugin {
  return {
    transformQuery: ({ node }) => {
      if (isOver()) throw new Error(RAN_LATE);
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
}
