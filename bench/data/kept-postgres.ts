import { createDatabase, dropDatabase } from "../../test/support/citus.ts";
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
  const urlOf = (name: string): string => Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  return {
    urlOf,
    create: async (name) => {
      await createDatabase(server.url, name);
      return urlOf(name);
    },
    drop: async (name) => await dropDatabase(server.url, name),
    close: async () => {
      mine.users -= 1;
      if (mine.users > 0) return;
      opened = null;
      await server.stop();
    },
  };
}
