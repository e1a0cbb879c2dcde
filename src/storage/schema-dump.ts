import { sql } from "kysely";
import type { Reader } from "./database.ts";

/**
 * The schema as the database itself has it, as text that is the same wherever it was made: what the committed dumps in
 * `docs/schema` are compared with.
 */
export async function dumpSchema(reader: Reader): Promise<string> {
  const statements = reader.engine === "sqlite" ? await dumpSqlite(reader) : await dumpPostgres(reader);
  return statements.map((statement) => `${statement};\n`).join("\n");
}

/** What was said to make each thing; SQLite keeps the words. The tables that FTS5 makes for itself are its own affair. */
async function dumpSqlite({ query }: Reader): Promise<string[]> {
  const { rows } = await sql<{ sql: string }>`select sql from sqlite_master
    where sql is not null and name not glob 'search_index_*'
    order by tbl_name, type desc, name`.execute(query);
  return rows.map((row) => row.sql.replace(/\n\s+/g, "\n  "));
}

interface Described {
  table: string;
  unlogged: boolean;
  lines: string[];
}

async function dumpPostgres({ query }: Reader): Promise<string[]> {
  const { rows: tables } = await sql<Described>`
    select c.relname as "table", c.relpersistence = 'u' as unlogged,
      (select array_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
          case when l.collname <> 'default' then 'collate ' || quote_ident(l.collname) end,
          case when a.attnotnull then 'not null' end) order by a.attnum)
        from pg_attribute a left join pg_collation l on l.oid = a.attcollation
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
      || (select coalesce(array_agg(format('constraint %I %s', k.conname, pg_get_constraintdef(k.oid)) order by k.conname), '{}')
        from pg_constraint k where k.conrelid = c.oid and k.contype <> 'n') as lines
    from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
    order by c.relname`.execute(query);
  const { rows: indexes } = await sql<{ table: string; definition: string }>`
    select tablename as "table", replace(indexdef, current_schema() || '.', '') as definition from pg_indexes i
    where schemaname = current_schema()
      and not exists (select from pg_constraint k where k.conname = i.indexname and k.conrelid = i.tablename::regclass)
    order by tablename, indexname`.execute(query);
  const { rows: triggers } = await sql<{ table: string; definition: string }>`
    select tgrelid::regclass::text as "table", replace(pg_get_triggerdef(oid), current_schema() || '.', '') as definition
    from pg_trigger t where not tgisinternal
      and tgrelid in (select oid from pg_class where relnamespace = current_schema()::regnamespace)
    order by tgname`.execute(query);
  const { rows: functions } = await sql<{ definition: string }>`
    select replace(pg_get_functiondef(p.oid), current_schema() || '.', '') as definition from pg_proc p
    where pronamespace = current_schema()::regnamespace and prorettype = 'trigger'::regtype
    order by proname`.execute(query);
  const made = tables.flatMap(({ table, unlogged, lines }) => [
    `create ${unlogged ? "unlogged " : ""}table ${table} (\n${lines.map((line) => `  ${line}`).join(",\n")}\n)`,
    ...indexes.filter((index) => index.table === table).map(({ definition }) => definition),
    ...triggers.filter((trigger) => trigger.table === table).map(({ definition }) => definition),
  ]);
  return [...made, ...functions.map(({ definition }) => definition.trim())];
}
