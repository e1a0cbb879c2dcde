import { sql } from "kysely";
import { now } from "../domain/time.ts";
import type { Db, Engine, Tx } from "./database.ts";
import * as init from "./migrations/001-init.ts";
import * as search from "./migrations/002-search.ts";

/** The types and words in which the engines differ. */
export interface ColumnTypes {
  engine: Engine;
  /** Ids and hashes: text that compares byte by byte. */
  id: string;
  /** Epoch milliseconds and byte counts. */
  time: string;
  /** In front of `table`: contents that need not survive a crash. */
  unlogged: string;
}

interface Migration {
  statements(types: ColumnTypes): string[];
}

/** In order; a name once released never changes, nor does what it does. */
const MIGRATIONS: readonly (readonly [name: string, migration: Migration])[] = [
  ["001-init", init],
  ["002-search", search],
];

const TYPES: Record<Engine, ColumnTypes> = {
  sqlite: { engine: "sqlite", id: "text", time: "integer", unlogged: "" },
  postgres: { engine: "postgres", id: 'text collate "C"', time: "bigint", unlogged: "unlogged" },
};

/** Any constant will do, as long as every process asks for the same one. */
const MIGRATION_LOCK = 5_202_611_240;

/**
 * Brings the schema up to date, under a lock: of processes that start together one migrates, the others wait and find
 * nothing to do. All or nothing. Refuses a database that a newer Cantrip has migrated. Returns the names of what it applied.
 */
export async function migrate(db: Db): Promise<string[]> {
  return await db.transact(async (tx) => {
    if (tx.engine === "postgres") await run(tx, `select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    const types = TYPES[tx.engine];
    await run(tx, `create table if not exists migrations (name text primary key, applied_at ${types.time} not null)`);
    const rows = await tx.query.selectFrom("migrations").select("name").orderBy("name").execute();
    const applied = new Set(rows.map((row) => row.name));
    refuseNewer(applied);
    const pending = MIGRATIONS.filter(([name]) => !applied.has(name));
    for (const [name, migration] of pending) {
      for (const statement of migration.statements(types)) await run(tx, statement);
      await tx.query.insertInto("migrations").values({ name, applied_at: now() }).execute();
    }
    return pending.map(([name]) => name);
  });
}

function refuseNewer(applied: ReadonlySet<string>): void {
  const known = new Set(MIGRATIONS.map(([name]) => name));
  const unknown = [...applied].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new Error(
      `this database was used by a newer version of Cantrip (it has ${unknown.join(", ")}): start that version, or restore a backup`,
    );
  }
}

async function run(tx: Tx, statement: string): Promise<void> {
  await sql.raw(statement).execute(tx.query);
}
