/** A query's text, kept. Each connection prepares it once, at its first run. */
export interface Statement {
  readonly sql: string;
  /** Tells it apart from all others of this process. */
  readonly name: string;
}

/** Runs kept statements: on one connection of an engine, or on whichever of a pool is free. */
export interface Statements {
  /** What `prepared.ts` has compiled for this database, by what it was made from. */
  readonly compiled: Map<object, unknown>;
  all<R>(statement: Statement, values: readonly unknown[]): Promise<R[]>;
  /** Of a statement that gives one row at most, or whose first row is enough. */
  first<R>(statement: Statement, values: readonly unknown[]): Promise<R | undefined>;
  /** Of a statement without rows: how many it wrote. */
  change(statement: Statement, values: readonly unknown[]): Promise<number>;
}

let made = 0;

export function makeStatement(sql: string): Statement {
  made += 1;
  return { sql, name: `kept_${made}` };
}
