import pg from "pg";
import { startPostgres } from "../../test/support/postgres-server.ts";

/** Databases that outlive the bench: in a cluster of its own, or on the server that TEST_DATABASE_URL names. */
export interface KeptPostgres {
  urlOf(name: string): string;
  create(name: string): Promise<string>;
  drop(name: string): Promise<void>;
  close(): Promise<void>;
}

let opened: { server: ReturnType<typeof startPostgres>; users: number } | null = null;

/** Opens the cluster in a folder; one server serves all who have it open. Throws when PostgreSQL is not installed. */
export async function openKeptPostgres(folder: string): Promise<KeptPostgres> {
  opened ??= { server: startPostgres(folder), users: 0 };
  const mine = opened;
  mine.users += 1;
  const server = await mine.server;
  if ("missing" in server) throw new Error(server.missing);
  const run = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(statement).finally(async () => await client.end());
  };
  const urlOf = (name: string): string => Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  return {
    urlOf,
    create: async (name) => {
      await run(`create database ${name}`);
      return urlOf(name);
    },
    drop: async (name) => await run(`drop database if exists ${name} with (force)`),
    close: async () => {
      mine.users -= 1;
      if (mine.users > 0) return;
      opened = null;
      await server.stop();
    },
  };
}
