import { sql } from "kysely";
import { now } from "../domain/time.ts";
import type { Db, Engine, Tx } from "./database.ts";
import { changesSpread, moveTable, splitForCitus } from "./distribute.ts";
import * as init from "./migrations/001-init.ts";
import * as search from "./migrations/002-search.ts";
import * as delivery from "./migrations/003-delivery.ts";
import * as mailboxes from "./migrations/004-mailboxes.ts";
import * as conversations from "./migrations/005-conversations.ts";
import * as judgedMail from "./migrations/006-judged-mail.ts";
import * as outgoingMail from "./migrations/007-outgoing-mail.ts";
import * as people from "./migrations/008-people.ts";
import * as agentsWork from "./migrations/009-agents-work.ts";
import * as surgery from "./migrations/010-surgery.ts";
import * as mailSpeed from "./migrations/011-mail-speed.ts";
import * as fastLists from "./migrations/012-fast-lists.ts";
import * as writePositions from "./migrations/013-write-positions.ts";
import * as accountVersion from "./migrations/014-account-version.ts";
import * as linkedTickets from "./migrations/014-linked-tickets.ts";
import * as inboxSender from "./migrations/015-inbox-sender.ts";
import * as coveredLists from "./migrations/016-covered-lists.ts";
import * as ticketTallies from "./migrations/017-ticket-tallies.ts";
import * as postgresFolders from "./migrations/018-postgres-folders.ts";
import * as talliesOnPostgres from "./migrations/019-tallies-on-postgres.ts";
import * as searchMerges from "./migrations/020-search-merges.ts";

/** The types and words in which the engines differ. */
export interface ColumnTypes {
  engine: Engine;
  /** Ids and hashes: text that compares byte by byte. */
  id: string;
  /** Epoch milliseconds and byte counts. */
  time: string;
  bytes: string;
  /** In front of `table`: contents that need not survive a crash. */
  unlogged: string;
  /** Whether Citus has the tables, which then have no triggers. */
  spread: boolean;
}

interface Migration {
  statements(types: ColumnTypes): string[];
}

/** In order; a name once released never changes, nor does what it does. */
const MIGRATIONS: readonly (readonly [name: string, migration: Migration])[] = [
  ["001-init", init],
  ["002-search", search],
  ["003-delivery", delivery],
  ["004-mailboxes", mailboxes],
  ["005-conversations", conversations],
  ["006-judged-mail", judgedMail],
  ["007-outgoing-mail", outgoingMail],
  ["008-people", people],
  ["009-agents-work", agentsWork],
  ["010-surgery", surgery],
  ["011-mail-speed", mailSpeed],
  ["012-fast-lists", fastLists],
  ["013-write-positions", writePositions],
  ["014-account-version", accountVersion],
  ["014-linked-tickets", linkedTickets],
  ["015-inbox-sender", inboxSender],
  ["016-covered-lists", coveredLists],
  ["017-ticket-tallies", ticketTallies],
  ["018-postgres-folders", postgresFolders],
  ["019-tallies-on-postgres", talliesOnPostgres],
  ["020-search-merges", searchMerges],
];

const TYPES: Record<Engine, ColumnTypes> = {
  sqlite: { engine: "sqlite", id: "text", time: "integer", bytes: "blob", unlogged: "", spread: false },
  postgres: {
    engine: "postgres",
    id: 'text collate "C"',
    time: "bigint",
    bytes: "bytea",
    unlogged: "unlogged",
    spread: false,
  },
};

/** Any constant will do, as long as every process asks for the same one. */
export const MIGRATION_LOCK = 5_202_611_240;

/**
 * Brings the schema up to date, under a lock: of processes that start together one migrates, the others wait and find
 * nothing to do. All or nothing. Refuses a database that a newer Cantrip has migrated. Returns the names of what it applied.
 */
export async function migrate(db: Db): Promise<string[]> {
  return await db.transact(async (tx) => {
    if (tx.engine === "postgres") await run(tx, `select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    const applied = await appliedMigrations(tx);
    refuseNewer(applied);
    return await applyAll(
      tx,
      MIGRATIONS.filter(([name]) => !applied.has(name)),
    );
  });
}

/** The names of all migrations, in order. */
export function migrationNames(): string[] {
  return MIGRATIONS.map(([name]) => name);
}

/** The migrations that this version does not know, of those named. */
export function unknownMigrations(names: Iterable<string>): string[] {
  const known = new Set(migrationNames());
  return [...names].filter((name) => !known.has(name));
}

/**
 * Drops every table with all that is in it and makes those that the named migrations give, empty: a restored backup's
 * rows have the form of its time, and `completeSchema` then brings them to today's, as an upgrade would have. What Citus had
 * spread is not spread then: migrations from before that could be are not for its tables.
 */
export async function rebuildSchema(tx: Tx, names: readonly string[]): Promise<void> {
  if (tx.engine === "postgres") await run(tx, `select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
  await changesSpread(tx);
  // Children before their parents. SQLite checks references when a table is dropped.
  for (const table of tablesMade(tx.engine).toReversed()) await run(tx, `drop table if exists ${table}`);
  await run(tx, "drop table if exists migrations");
  await appliedMigrations(tx);
  await applyAll(
    tx,
    MIGRATIONS.filter(([name]) => names.includes(name)),
  );
}

/** Applies the migrations that are still missing, in the transaction that rebuilt the schema. */
export async function completeSchema(tx: Tx): Promise<void> {
  const applied = await appliedMigrations(tx);
  await applyAll(
    tx,
    MIGRATIONS.filter(([name]) => !applied.has(name)),
  );
}

async function appliedMigrations(tx: Tx): Promise<Set<string>> {
  const { time } = TYPES[tx.engine];
  await run(tx, `create table if not exists migrations (name text primary key, applied_at ${time} not null)`);
  const rows = await tx.query.selectFrom("migrations").select("name").orderBy("name").execute();
  return new Set(rows.map((row) => row.name));
}

async function applyAll(tx: Tx, pending: typeof MIGRATIONS): Promise<string[]> {
  const spread = pending.length > 0 && (await changesSpread(tx));
  for (const [name, migration] of pending) {
    for (const statement of migration.statements({ ...TYPES[tx.engine], spread })) {
      if (spread) await runDistributed(tx, statement);
      else await run(tx, statement);
    }
    await tx.query.insertInto("migrations").values({ name, applied_at: now() }).execute();
  }
  return pending.map(([name]) => name);
}

async function runDistributed(tx: Tx, statement: string): Promise<void> {
  const { table, create, keys } = splitForCitus(statement);
  await run(tx, create);
  if (table !== null) await moveTable(tx, table);
  for (const key of keys) await run(tx, key);
}

/** The tables that the migrations make, in that order. */
function tablesMade(engine: Engine): string[] {
  const statements = MIGRATIONS.flatMap(([, migration]) => migration.statements(TYPES[engine]));
  return statements.flatMap((statement) => /^create\s+(?:\w+\s+)?table\s+(\w+)/.exec(statement.trim())?.[1] ?? []);
}

function refuseNewer(applied: ReadonlySet<string>): void {
  const unknown = unknownMigrations(applied);
  if (unknown.length > 0) {
    throw new Error(
      `this database was used by a newer version of Cantrip (it has ${unknown.join(", ")}): start that version, or restore a backup`,
    );
  }
}

async function run(tx: Tx, statement: string): Promise<void> {
  await sql.raw(statement).execute(tx.query);
}
