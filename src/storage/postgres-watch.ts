import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { SECOND } from "../domain/time.ts";
import { processOf, setUpSession } from "./postgres-session.ts";

/**
 * A connection that had nothing to say over a query in so many looks makes us ask the database by another. Looks and not
 * seconds: of a process that did not get to run, the answer may have come and not been read.
 */
const SILENT_LOOKS = 5;
const LOOK_EVERY = SECOND;

/** How long a new connection may take; and in the pool, how long a query waits for one. */
export const CONNECT_PATIENCE = 20 * SECOND;
/** A database on a machine that is short of everything took five seconds to let somebody in. */
const PROBE_PATIENCE = 10 * SECOND;

export interface Watch {
  stop(): void;
}

/**
 * Ends connections whose network is gone. TCP takes a quarter of an hour to give up on a peer that says nothing, and until then
 * a request would wait and hold its place in the pool. A query may well take long, so silence alone proves nothing: a
 * second connection asks the server. If none comes about, or the server knows nothing of the query, the silent one is
 * destroyed, and its query fails as with any lost connection. `isDirect` says that no pooler stands in between, whose process
 * numbers are not the server's.
 */
export function watchConnections(pool: pg.Pool, url: string, isDirect: () => boolean): Watch {
  const held = new Map<pg.PoolClient, Heard>();
  let isAsking = false;
  pool.on("connect", (client) => {
    // While it is in use the pool does not listen, and an error that nobody hears ends the process. Its query fails with it.
    client.on("error", () => undefined);
    void setUpSession(client);
  });
  pool.on("acquire", (client) => held.set(client, { bytes: -1, looks: 0 }));
  pool.on("release", (_error, client) => held.delete(client));
  const destroyLost = async (silent: readonly pg.PoolClient[]): Promise<void> => {
    const lost = await lostOf(silent, url, isDirect());
    // What was answered meanwhile is read meanwhile.
    await sleep(LOOK_EVERY, undefined, { ref: false });
    for (const client of lost) if (stillWaits(client, held.get(client))) destroy(client);
  };
  const look = (): void => {
    const silent = [...held].flatMap(([client, heard]) => (isSilent(client, heard) ? client : []));
    if (silent.length === 0 || isAsking) return;
    isAsking = true;
    void destroyLost(silent).finally(() => (isAsking = false));
  };
  const timer = setInterval(look, LOOK_EVERY).unref();
  return { stop: () => clearInterval(timer) };
}

/** How much had come on a connection, and in how many looks nothing has while a query waited. */
interface Heard {
  bytes: number;
  looks: number;
}

function isSilent(client: pg.PoolClient, heard: Heard): boolean {
  const { bytesRead } = streamOf(client);
  const silent = isWaiting(client) && bytesRead === heard.bytes;
  Object.assign(heard, { bytes: bytesRead, looks: silent ? heard.looks + 1 : 0 });
  return heard.looks >= SILENT_LOOKS;
}

function stillWaits(client: pg.PoolClient, heard: Heard | undefined): boolean {
  return heard !== undefined && isWaiting(client) && streamOf(client).bytesRead === heard.bytes;
}

/** Those of the silent connections that are lost: all when the database cannot be reached, else those that it does nothing for. */
async function lostOf(silent: readonly pg.PoolClient[], url: string, isDirect: boolean): Promise<pg.PoolClient[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PROBE_PATIENCE,
    query_timeout: PROBE_PATIENCE,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      "select pid from pg_stat_activity where pid = any($1) and state in ('active', 'fastpath function call')",
      [silent.map(processOf)],
    );
    const busy = new Set(rows.map(({ pid }) => pid));
    return isDirect ? silent.filter((each) => !busy.has(processOf(each))) : [];
  } catch (error) {
    // An answer of its own, such as too many connections, is one.
    return error instanceof pg.DatabaseError ? [] : [...silent];
  } finally {
    streamOf(client).destroy();
  }
}

function destroy(client: pg.PoolClient): void {
  streamOf(client).destroy(new Error("Connection terminated: the database did not answer"));
}

// What `pg` keeps and its types do not tell.

function isWaiting(client: pg.PoolClient): boolean {
  return Reflect.get(client, "readyForQuery") === false;
}

function streamOf(client: pg.ClientBase): { bytesRead: number; destroy(error?: Error): void } {
  return (Reflect.get(client, "connection") as { stream: { bytesRead: number; destroy(error?: Error): void } }).stream;
}
