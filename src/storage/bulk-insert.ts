import { CompiledQuery } from "kysely";
import type { Tx } from "./database.ts";

/** A row as any table has it. */
export type Row = Record<string, string | number | boolean | null>;

/** Rows a statement inserts on SQLite. Few sizes, so that the prepared statements stay few; 64 rows of 20 columns are 1,280 parameters of 32,766. */
const SQLITE_SIZES = [64, 8, 1];

/** Rows, and about as many characters of JSON, that one statement inserts on PostgreSQL. */
const POSTGRES_ROWS = 2000;
const POSTGRES_CHARACTERS = 8_000_000;

/**
 * Inserts many rows of one table, all with the same columns, in as few statements as pays. For what fills a database:
 * demo data, a restore. The rows name their account themselves; a row that is there already is an error.
 */
export async function bulkInsert(tx: Tx, table: string, rows: readonly object[]): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first);
  if (tx.engine === "postgres") await insertJson(tx, table, columns, rows);
  else await insertValues(tx, table, columns, rows as readonly Row[]);
}

/** Runs a statement that Kysely need not build: ten times less work than building it a thousand rows long. */
export async function runCompiled<R>(tx: Tx, text: string, parameters: readonly unknown[] = []): Promise<R[]> {
  const { rows } = await tx.query.getExecutor().executeQuery<R>(CompiledQuery.raw(text, [...parameters]));
  return rows;
}

export function quoteName(name: string): string {
  if (!/^[a-z][a-z_]*$/.test(name)) throw new Error(`${JSON.stringify(name)} is no name of a table or column`);
  return `"${name}"`;
}

async function insertValues(tx: Tx, table: string, columns: readonly string[], rows: readonly Row[]): Promise<void> {
  const head = `insert into ${quoteName(table)} (${columns.map(quoteName).join(", ")}) values `;
  const tuple = `(${columns.map(() => "?").join(", ")})`;
  let next = 0;
  for (const size of SQLITE_SIZES) {
    const text = head + Array.from({ length: size }, () => tuple).join(", ");
    for (; next + size <= rows.length; next += size) {
      const some = rows.slice(next, next + size);
      const parameters = some.flatMap((row) => columns.map((column) => row[column] ?? null));
      await runCompiled(tx, text, parameters);
    }
  }
}

/** One parameter whatever the number of rows, and the server reads it faster than as many parameters. */
async function insertJson(tx: Tx, table: string, columns: readonly string[], rows: readonly object[]): Promise<void> {
  const names = columns.map(quoteName).join(", ");
  const name = quoteName(table);
  const text = `insert into ${name} (${names}) select ${names} from json_populate_recordset(null::${name}, $1::json)`;
  let lines: string[] = [];
  let characters = 0;
  const flush = async (): Promise<void> => {
    await runCompiled(tx, text, [`[${lines.join(",")}]`]);
    lines = [];
    characters = 0;
  };
  for (const row of rows) {
    const line = JSON.stringify(row);
    lines.push(line);
    characters += line.length;
    if (lines.length === POSTGRES_ROWS || characters > POSTGRES_CHARACTERS) await flush();
  }
  if (lines.length > 0) await flush();
}
