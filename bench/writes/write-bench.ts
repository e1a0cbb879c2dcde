import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { DatabaseSync } from "node:sqlite";
import { type Bench, perSecond, rounded } from "../bench.ts";
import { openDataSet } from "../data/data-set.ts";
import { ask, askJson } from "../load/ask.ts";
import { serveFrom } from "../load/served.ts";

const CLIENTS = 16;
const MILLISECONDS = 5_000;
const TURNS = 3;

const BODY = "Thank you, it arrived this morning and everything is in order. ".repeat(4);

/**
 * `write`: messages a second that sixteen clients add, each durable before it is answered, as a share of the engine's own
 * durable commits of one small row on the same disk: by one connection on SQLite, which has one writer, by sixteen on PostgreSQL.
 */
export const writeBench: Bench = async (run) => {
  const data = await openDataSet(run, SMALL);
  const folder = mkdtempSync(join(data.place.data, "..", "writes-"));
  try {
    // On SQLite a copy, so that the data set stays what it is; on PostgreSQL a ticket of the account that is there for it.
    if (run.engine === "sqlite") cpSync(data.place.data, folder, { recursive: true });
    const place = run.engine === "sqlite" ? { ...data.place, data: folder } : data.place;
    const token = data.accounts.at(-1)?.token ?? "";
    const server = await serveFrom(place);
    try {
      const tickets = await askJson<{ id: string }[]>(server.url, token, "/api/v1/tickets?sort=created_at&per_page=40");
      const [user] = await askJson<{ id: string }[]>(server.url, token, "/api/v1/users");
      const paths = tickets.map(({ id }) => `/api/v1/tickets/${id}/messages`);
      const body = { type: "note", body: BODY, user_id: user?.id };
      let ours = 0;
      let ceiling = 0;
      for (let turn = 0; turn < TURNS; turn += 1) {
        ceiling = Math.max(ceiling, await commits(place.databaseUrl, folder));
        ours = Math.max(ours, await write(server.url, token, paths, body));
      }
      return {
        ratios: { write: rounded(ours / ceiling) },
        figures: { write_s: Math.round(ours), commits_s: Math.round(ceiling) },
      };
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await data.close();
  }
};

const SMALL = 10_000;

async function write(url: string, token: string, paths: readonly string[], body: object): Promise<number> {
  const start = performance.now();
  let written = 0;
  const client = async (index: number): Promise<void> => {
    for (let turn = 0; performance.now() < start + MILLISECONDS; turn += 1) {
      const path = paths[(index + turn * CLIENTS) % paths.length] ?? "";
      const { status, body: answer } = await ask(url, token, path, body);
      if (status !== 201) throw new Error(`${path}: ${status} ${answer.slice(0, 300)}`);
      written += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, async (_, index) => await client(index)));
  return perSecond(written, start);
}

async function commits(databaseUrl: string | null, folder: string): Promise<number> {
  return databaseUrl === null ? commitsOfSqlite(folder) : await commitsOfPostgres(databaseUrl);
}

function commitsOfSqlite(folder: string): number {
  const database = new DatabaseSync(join(folder, "commits.sqlite"));
  database.exec("pragma journal_mode = wal; pragma synchronous = full");
  database.exec("create table if not exists commits (id integer primary key, body text)");
  const insert = database.prepare("insert into commits (body) values (?)");
  const start = performance.now();
  let done = 0;
  for (; performance.now() < start + MILLISECONDS; done += 1) insert.run(BODY);
  database.close();
  return perSecond(done, start);
}

async function commitsOfPostgres(connectionString: string): Promise<number> {
  const pool = new pg.Pool({ connectionString, max: CLIENTS });
  try {
    await pool.query("create table if not exists bench_commits (id bigserial primary key, body text)");
    const start = performance.now();
    let done = 0;
    const client = async (): Promise<void> => {
      const connection = await pool.connect();
      for (; performance.now() < start + MILLISECONDS; done += 1) {
        await connection.query({
          name: "commit",
          text: "insert into bench_commits (body) values ($1)",
          values: [BODY],
        });
      }
      connection.release();
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    return perSecond(done, start);
  } finally {
    await pool.query("drop table if exists bench_commits");
    await pool.end();
  }
}
