import { sql } from "kysely";
import type { Db, Reader, Tx } from "./database.ts";
import { dropTallies } from "./fold-tallies.ts";
import { readProperty, writeProperty } from "./properties.ts";
import { ACCOUNT_TABLES } from "./schema.ts";
import { keepsTallies } from "./ticket-tallies.ts";

/**
 * Citus: every account's rows of all tables lie on one node (distributed by `account_id`, co-located), the accounts themselves
 * on every node (a reference table), and what belongs to the whole installation on the coordinator, which all servers ask.
 */
const EVERYWHERE = "accounts";

/** The index of search has no row type of its own. */
const BY_ACCOUNT: readonly string[] = [...ACCOUNT_TABLES, "search_entries"];

/** The table that the others are put beside. */
const FIRST: string = ACCOUNT_TABLES[0];

/** Keeps the foreign keys while tables are moved: Citus has none from a table that is not moved yet to one that is. */
const KEPT_KEYS = "distribute.foreign_keys";

interface ForeignKey {
  table: string;
  name: string;
  definition: string;
}

/** The version of Citus in this database; null without it. */
export async function citusVersion(reader: Reader): Promise<string | null> {
  if (reader.engine !== "postgres") return null;
  const { rows } = await sql<{ version: string }>`select extversion as version from pg_extension
    where extname = 'citus'`.execute(reader.query);
  return rows[0]?.version ?? null;
}

/** Whether the database was given to Citus: what is added to the schema from then on has to be, too. */
export async function isDistributed(reader: Reader): Promise<boolean> {
  return (await citusVersion(reader)) !== null && (await movedTables(reader)).has(FIRST);
}

/**
 * Whether the database is distributed; the transaction is then one that may make and drop tables. To be asked before it reads from
 * several nodes, as Citus allows no such thing after having read from them side by side.
 */
export async function changesSpread(tx: Tx): Promise<boolean> {
  const spread = await isDistributed(tx);
  if (spread) await oneAfterTheOther(tx);
  return spread;
}

/** Spreads every table over the nodes, with what is in it. Stopped at any moment, it goes on when it is called again. */
export async function distribute(db: Db, onTable: (name: string) => void): Promise<string[]> {
  await db.transact(prepareMoves);
  const due = await dueTables(db);
  for (const name of due) {
    onTable(name);
    await db.transact(async (tx) => await moveTable(tx, name));
  }
  for (const key of await keptKeys(db)) await db.transact(async (tx) => await putKeyBack(tx, key));
  await db.transact(forgetKeys);
  return due;
}

/** The same in a transaction, of all that is in it: for what has just made the tables anew. */
export async function distributeWithin(tx: Tx): Promise<void> {
  await prepareMoves(tx);
  for (const name of await dueTables(tx)) await moveTable(tx, name);
  for (const key of await keptKeys(tx)) await putKeyBack(tx, key);
  await forgetKeys(tx);
}

async function prepareMoves(tx: Tx): Promise<void> {
  await takeKeysOff(tx);
  if (await keepsTallies(tx)) await dropTallies(tx);
}

async function dueTables(reader: Reader): Promise<string[]> {
  const moved = await movedTables(reader);
  return [EVERYWHERE, ...BY_ACCOUNT].filter((name) => !moved.has(name));
}

/** Hands a table over to Citus, with the rows that are in it; what belongs to the whole installation stays. */
export async function moveTable(tx: Tx, name: string): Promise<void> {
  await oneAfterTheOther(tx);
  if (name === EVERYWHERE) await sql`select create_reference_table(${name})`.execute(tx.query);
  else if (BY_ACCOUNT.includes(name)) {
    const beside = name === FIRST ? "none" : FIRST;
    await sql`select create_distributed_table(${name}, 'account_id', colocate_with => ${beside})`.execute(tx.query);
  }
}

/** A foreign key to a reference table makes Citus insist that a transaction uses one connection to each node. */
async function oneAfterTheOther(tx: Tx): Promise<void> {
  await sql`set local citus.multi_shard_modify_mode to 'sequential'`.execute(tx.query);
}

async function movedTables(reader: Reader): Promise<Set<string>> {
  // 'h' is distributed; 't' is a reference table, and 's' a table of the coordinator that Citus knows of.
  const { rows } = await sql<{ name: string }>`select c.relname as name from pg_dist_partition p
    join pg_class c on c.oid = p.logicalrelid
    where c.relnamespace = current_schema()::regnamespace and (p.partmethod = 'h' or p.repmodel = 't')`.execute(
    reader.query,
  );
  return new Set(rows.map(({ name }) => name));
}

async function takeKeysOff(tx: Tx): Promise<void> {
  const { rows } = await sql<ForeignKey>`select conrelid::regclass::text as "table", conname as name,
      pg_get_constraintdef(oid) as definition from pg_constraint
    where contype = 'f' and connamespace = current_schema()::regnamespace and conparentid = 0
      and not exists (select from pg_dist_shard s where conrelid::regclass::text = s.logicalrelid::text || '_' || s.shardid)
    order by 1, 2`.execute(tx.query);
  const moved = await movedTables(tx);
  // A key of a table that is where it belongs, to another that is, stays.
  const off = rows.filter(({ table }) => !moved.has(table));
  const kept = await keptKeys(tx);
  const all = [
    ...kept,
    ...off.filter((key) => !kept.some(({ table, name }) => table === key.table && name === key.name)),
  ];
  await writeProperty(tx, KEPT_KEYS, JSON.stringify(all));
  for (const { table, name } of off) {
    await sql`alter table ${sql.table(table)} drop constraint ${sql.ref(name)}`.execute(tx.query);
  }
}

async function putKeyBack(tx: Tx, { table, name, definition }: ForeignKey): Promise<void> {
  await oneAfterTheOther(tx);
  const { rows } = await sql`select 1 from pg_constraint where conname = ${name}
    and conrelid = ${table}::regclass`.execute(tx.query);
  if (rows.length > 0) return;
  await sql`alter table ${sql.table(table)} add constraint ${sql.ref(name)} ${sql.raw(definition)}`.execute(tx.query);
}

async function forgetKeys(tx: Tx): Promise<void> {
  await writeProperty(tx, KEPT_KEYS, "[]");
}

async function keptKeys(reader: Reader): Promise<ForeignKey[]> {
  return JSON.parse((await readProperty(reader, KEPT_KEYS)) ?? "[]") as ForeignKey[];
}

/**
 * A `create table` of a migration in the parts that Citus wants: the table without its foreign keys, which can be added once
 * it is distributed. Anything else is one part, and no table.
 */
export function splitForCitus(statement: string): { table: string | null; create: string; keys: string[] } {
  const table = /^\s*create\s+(?:unlogged\s+)?table\s+(\w+)/.exec(statement)?.[1] ?? null;
  if (table === null) return { table, create: statement, keys: [] };
  const keys: string[] = [];
  const add = (columns: string, to: string): void =>
    void keys.push(`alter table ${table} add foreign key (${columns}) references ${to}`);
  const create = statement
    .replaceAll(/,\s*foreign key\s*\(([^)]*)\)\s*references\s+(\w+\s*\([^)]*\))/g, (_, columns: string, to: string) => {
      add(columns, to);
      return "";
    })
    .replaceAll(
      /(\w+)((?:\s+[\w"]+)*?)\s+references\s+(\w+\s*\([^)]*\))/g,
      (_, column: string, rest: string, to: string) => {
        add(column, to);
        return `${column}${rest}`;
      },
    );
  return { table, create, keys };
}
