import type { Writable } from "node:stream";
import type pg from "pg";

/** Milliseconds that a query may have to wait for those before it; one that would wait longer takes a connection of its own. */
const PATIENCE = 10;

/** How long an answer takes is known anew after so many without a pause. */
const SAMPLE = 32;

/** Below so many connections a pool can spare none. */
const LEAST_CONNECTIONS = 4;

/**
 * One connection of a pool, for everybody's short queries: each is sent behind the others without waiting for their answers
 * (PostgreSQL, "Pipelining": https://www.postgresql.org/docs/current/protocol-flow.html), and what is asked in one turn of the event loop is
 * one write, is read by the server in one go and answered in one. A connection each costs both sides a call of the system and a process to be
 * woken for every query, several times what the answer itself takes. The server answers in order, so this is for what takes well below
 * a millisecond. It is opened when two queries are under way at once; whoever would have to wait for it uses the pool.
 */
export class SharedConnection {
  readonly #pool: pg.Pool;
  readonly #mayShare: () => boolean;
  #line: Line | null = null;
  #opening = false;
  #closed = false;
  /** Queries under way by the pool. */
  #beside = 0;

  /** `mayShare` says whether the connection is to the server itself, so that a statement that was prepared on it stays known. */
  constructor(pool: pg.Pool, mayShare: () => boolean) {
    this.#pool = pool;
    this.#mayShare = mayShare;
  }

  /** A statement of its own, in no transaction. Rejects as a query of the pool does, and when the connection is lost before the answer. */
  async query<R extends pg.QueryResultRow>(query: pg.QueryConfig): Promise<pg.QueryResult<R>> {
    const line = this.#line;
    if (line?.isQuick() === true && this.#mayShare()) return await line.query<R>(query);
    this.#beside += 1;
    if (this.#beside > 1 && line === null && this.#mayShare()) void this.#open();
    try {
      return await this.#pool.query<R>(query);
    } finally {
      this.#beside -= 1;
    }
  }

  /** Gives the connection up: before the pool ends, which waits for it. */
  close(): void {
    this.#closed = true;
    this.#lose(this.#line);
  }

  async #open(): Promise<void> {
    if (this.#opening || this.#closed || this.#pool.options.max < LEAST_CONNECTIONS) return;
    this.#opening = true;
    try {
      const client = await this.#pool.connect();
      const line = new Line(client);
      const lose = (): void => this.#lose(line);
      client.once("error", lose).once("end", lose);
      this.#line = line;
      if (this.#closed) this.#lose(line);
    } catch {
      // Whoever needs a connection of the pool is told why there is none.
    } finally {
      this.#opening = false;
    }
  }

  #lose(line: Line | null): void {
    if (line === null || line !== this.#line) return;
    this.#line = null;
    line.client.release(true);
  }
}

class Line {
  readonly client: pg.PoolClient;
  #isHeld = false;
  /** Queries that are not answered yet. */
  #waiting = 0;
  /** Milliseconds between two answers. */
  #each = 0;
  /** Since when the next sample is taken, and how many answers have come. */
  #since = 0;
  #answered = 0;

  constructor(client: pg.PoolClient) {
    this.client = client;
  }

  /** Whether one more would not wait too long, as far as the last answers tell. */
  isQuick(): boolean {
    if (this.#waiting === 0) return true;
    return this.#waiting * this.#each < PATIENCE && performance.now() - this.#since < PATIENCE;
  }

  async query<R extends pg.QueryResultRow>(query: pg.QueryConfig): Promise<pg.QueryResult<R>> {
    if (this.#waiting === 0) this.#sampleAnew();
    this.#waiting += 1;
    this.#hold();
    try {
      return await this.client.query<R>(query);
    } finally {
      this.#waiting -= 1;
      this.#answered += 1;
      if (this.#waiting === 0 || this.#answered === SAMPLE) {
        const each = (performance.now() - this.#since) / this.#answered;
        // Of few, most was the way there and back, which those behind them do not wait for again.
        this.#each = this.#answered === SAMPLE ? each : Math.min(each, this.#each);
        this.#sampleAnew();
      }
    }
  }

  #sampleAnew(): void {
    this.#since = performance.now();
    this.#answered = 0;
  }

  /** What is asked until all that had come was looked at goes out together. */
  #hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    const { stream } = Reflect.get(this.client, "connection") as { stream: Writable };
    stream.cork();
    setImmediate(() => {
      this.#isHeld = false;
      stream.uncork();
    });
  }
}
