import { existsSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import type { Config } from "../config.ts";
import { Db, type Reader } from "../storage/database.ts";
import { migrationNames } from "../storage/migrate.ts";
import { DATABASE_FILE } from "../storage/open.ts";
import { openPostgres } from "../storage/postgres.ts";
import { openSqlite } from "../storage/sqlite.ts";
import { type Check, note, ok, wrong } from "./doctor-check.ts";
import { errorLines } from "./failure.ts";

const NAME = "database";
const OLDEST_POSTGRES = 150_000;

/**
 * Whether the database opens and is up to date; then `look` looks at what is in it. Unlike `openStorage` this neither
 * makes a database nor brings one up to date.
 */
export async function checkDatabase(config: Config, look: (reader: Reader) => Promise<Check[]>): Promise<Check[]> {
  const file = join(config.data, DATABASE_FILE);
  if (config.databaseUrl === null && !existsSync(file)) {
    return [wrong(NAME, `${file} does not exist`, '"cantrip serve" or "cantrip setup" makes it')];
  }
  let db: Db | undefined;
  try {
    db = new Db(
      config.databaseUrl === null ? openSqlite({ file }) : openPostgres({ url: config.databaseUrl, connections: 1 }),
    );
    const version = await checkVersion(db);
    if (version.level === "wrong") return [version];
    const schema = await checkSchema(db);
    return [version, schema, ...(schema.level === "ok" ? await look(db) : [])];
  } catch (error) {
    const mend =
      config.databaseUrl === null
        ? "check that this user may read and write it; restore a backup if it is damaged"
        : "check DATABASE_URL, and that the server runs and lets this machine in";
    return [wrong(NAME, `it cannot be used: ${errorLines(error)[0]}`, mend)];
  } finally {
    await db?.close();
  }
}

async function checkVersion(db: Db): Promise<Check> {
  if (db.engine === "sqlite") {
    const { rows } = await sql<{ version: string }>`select sqlite_version() as version`.execute(db.query);
    return ok(NAME, `the embedded database opens (SQLite ${rows[0]?.version})`);
  }
  const { rows } = await sql<{ number: number; version: string }>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as version
  `.execute(db.query);
  const { number = 0, version = "unknown" } = rows[0] ?? {};
  if (number >= OLDEST_POSTGRES) return ok(NAME, `PostgreSQL ${version} answers`);
  return wrong(NAME, `PostgreSQL ${version} is too old`, "use PostgreSQL 15 or newer");
}

async function checkSchema(db: Db): Promise<Check> {
  const applied = await appliedMigrations(db);
  const known = migrationNames();
  const newer = applied.filter((name) => !known.includes(name));
  if (newer.length > 0) {
    const message = `a newer Cantrip has used it (it has ${newer.join(", ")})`;
    return wrong("schema", message, "start that version, or restore a backup");
  }
  const pending = known.filter((name) => !applied.includes(name));
  if (pending.length === 0) return ok("schema", `up to date (${known.at(-1)})`);
  return note(
    "schema",
    `not up to date: ${pending.join(", ")} to come`,
    "the next start of the server brings it up to date",
  );
}

/** None before the first start: the table itself is not there yet. */
async function appliedMigrations(db: Db): Promise<string[]> {
  const table = db.engine === "sqlite" ? sql`sqlite_master where name` : sql`pg_tables where tablename`;
  const { rows } = await sql`select 1 from ${table} = 'migrations'`.execute(db.query);
  if (rows.length === 0) return [];
  return (await db.query.selectFrom("migrations").select("name").execute()).map(({ name }) => name);
}
