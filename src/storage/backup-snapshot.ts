import { join } from "node:path";
import pg from "pg";
import { type Row, quoteName } from "./bulk-insert.ts";
import type { Engine } from "./database.ts";
import { DATABASE_FILE } from "./open.ts";
import { postgresTypes } from "./postgres.ts";
import { openFile } from "./sqlite-connection.ts";

/** The database as it was at one moment, whatever is written meanwhile. */
export interface Snapshot {
  readonly engine: Engine;
  /** All rows of a table in the order of these columns; only a few are in memory at a time. */
  rows(table: string, order: readonly string[]): AsyncGenerator<Row>;
  close(): Promise<void>;
}

/** Rows that PostgreSQL sends at once: more when they are small, up to this many. */
const MOST_ROWS = 500;
const CHARACTERS = 4_000_000;

/** Opens a snapshot on a connection of its own. Writers do not wait for it. */
export async function openSnapshot(settings: { data: string; databaseUrl: string | null }): Promise<Snapshot> {
  return settings.databaseUrl === null
    ? openSqliteSnapshot(join(settings.data, DATABASE_FILE))
    : await openPostgresSnapshot(settings.databaseUrl);
}

function openSqliteSnapshot(file: string): Snapshot {
  const database = openFile(file, true);
  database.exec("begin");
  // A read transaction takes its snapshot with its first read.
  database.prepare("select count(*) from migrations").get();
  return {
    engine: "sqlite",
    // oxlint-disable-next-line require-await -- the interface is asynchronous, the engine is not
    async *rows(table, order) {
      for (const row of database.prepare(selectText(table, order)).iterate()) yield row as Row;
    },
    close: () => {
      database.close();
      return Promise.resolve();
    },
  };
}

async function openPostgresSnapshot(url: string): Promise<Snapshot> {
  const client = new pg.Client({
    connectionString: url,
    types: postgresTypes,
  });
  // The query that runs rejects with the same error; without a listener it would end the process.
  client.on("error", () => undefined);
  await client.connect();
  await client.query("begin isolation level repeatable read read only");
  await client.query("set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0");
  await client.query("select count(*) from migrations");
  return {
    engine: "postgres",
    rows: (table, order) => fetchAll(client, selectText(table, order)),
    close: async () => await client.end(),
  };
}

async function* fetchAll(client: pg.Client, text: string): AsyncGenerator<Row> {
  await client.query(`declare backup_rows no scroll cursor for ${text}`);
  for (let count = 16; ;) {
    const { rows } = await client.query<Row>(`fetch ${count} from backup_rows`);
    yield* rows;
    if (rows.length < count) break;
    const most = rows.reduce((size, row) => Math.max(size, sizeOf(row)), 1);
    count = Math.max(1, Math.min(MOST_ROWS, count * 2, Math.floor(CHARACTERS / most)));
  }
  await client.query("close backup_rows");
}

function sizeOf(row: Row): number {
  return Object.values(row).reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 8), 0);
}

/** Columns of a table of which some are left out: a blob's bytes are copied as such, wherever they are. */
const LEFT_OUT: Partial<Record<string, string>> = { blobs: "account_id, hash, size, created_at" };

function selectText(table: string, order: readonly string[]): string {
  return `select ${LEFT_OUT[table] ?? "*"} from ${quoteName(table)} order by ${order.map(quoteName).join(", ")}`;
}
