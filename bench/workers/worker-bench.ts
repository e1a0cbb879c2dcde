import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type Bench, type Measured, rounded } from "../bench.ts";
import { openDataSet } from "../data/data-set.ts";
import { type Served, coreSecondsOfProcess, serveWithWorkers } from "../load/served.ts";
import { type Load, load, requireWrk, writePaths } from "../load/wrk.ts";
import { readPaths } from "../reads/read-paths.ts";

const TICKETS = 10_000;
const CONNECTIONS = 32;
const WARM_UP = 10;
const SECONDS = 6;
const TURNS = 4;

/** What one turn of load met, and the seconds of a core that it took of the workers and of the database. */
interface Turn {
  perSecond: number;
  requests: number;
  workers: number;
  database: number;
}

/**
 * `workers`, always on PostgreSQL: what two workers serve by what one serves, tickets and lists. Where the database and the
 * load share the cores with them, a second worker takes from those as much as it adds; so the ratio is of what workers
 * serve of a second of their own cores, times their number, and the figures say besides what came out by the clock.
 */
export const workerBench: Bench = async (run) => {
  requireWrk();
  const data = await openDataSet({ ...run, engine: "postgres" }, TICKETS);
  const folder = mkdtempSync(join(tmpdir(), "cantrip-bench-"));
  const client = new pg.Client({ connectionString: data.place.databaseUrl ?? "" });
  const servers: Served[] = [];
  try {
    await client.connect();
    for (const count of [1, 2]) servers.push(await serveWithWorkers(data.place, count));
    const { get, list10 } = await readPaths(servers[0]?.url ?? "", data);
    const pathFile = writePaths(join(folder, "paths"), [...(get?.paths ?? []), ...(list10?.paths ?? [])]);
    const asked = { token: get?.token ?? "", pathFile, connections: CONNECTIONS };
    for (const { url } of servers) await load({ ...asked, url, seconds: WARM_UP });
    const turns: [Turn[], Turn[]] = [[], []];
    // In turns, so that whatever else the machine does meets both.
    for (let turn = 0; turn < TURNS; turn += 1) {
      run.tell(`turn ${turn + 1} of ${TURNS}`);
      for (const [index, server] of servers.entries()) turns[index]?.push(await measure(server, client, asked));
    }
    return figuresOf(...turns);
  } finally {
    for (const server of servers) await server.stop();
    await client.end();
    rmSync(folder, { recursive: true, force: true });
    await data.close();
  }
};

async function measure(
  server: Served,
  client: pg.Client,
  asked: Pick<Load, "token" | "pathFile" | "connections">,
): Promise<Turn> {
  const pid = server.process.pid ?? 0;
  const own = [pid, ...childrenOf(pid)];
  const before = new Map([...own, ...(await backends(client))].map((each) => [each, spent(each)]));
  const { perSecond, requests } = await load({ ...asked, url: server.url, seconds: SECONDS });
  // A connection that was closed meanwhile was idle; a new one has spent all it has in between.
  const since = (pids: readonly number[]): number =>
    pids.reduce((sum, each) => sum + spent(each) - (before.get(each) ?? 0), 0);
  return { perSecond, requests, workers: since(own), database: since(await backends(client)) };
}

/** The processes of the database, which run on this machine. */
async function backends(client: pg.Client): Promise<number[]> {
  const { rows } = await client.query<{ pid: number }>("select pid from pg_stat_activity");
  return rows.map((row) => row.pid);
}

/** Seconds of a core; none of a process that has ended. */
function spent(pid: number): number {
  return existsSync(`/proc/${pid}/stat`) ? coreSecondsOfProcess(pid) : 0;
}

function figuresOf(one: readonly Turn[], two: readonly Turn[]): Measured {
  const fastest = (turns: readonly Turn[]): Turn => turns.toSorted((a, b) => b.perSecond - a.perSecond)[0] as Turn;
  const cost = (turns: readonly Turn[], of: "workers" | "database"): number =>
    Math.min(...turns.map((turn) => (turn[of] / turn.requests) * 1_000_000));
  const figures: Measured["figures"] = {
    workers_by_the_clock: rounded(fastest(two).perSecond / fastest(one).perSecond),
  };
  for (const [count, turns] of [one, two].entries()) {
    const { perSecond, workers, database } = fastest(turns);
    Object.assign(figures, {
      [`workers_${count + 1}_s`]: Math.round(perSecond),
      [`workers_${count + 1}_cores`]: rounded(workers / SECONDS),
      [`workers_${count + 1}_database_cores`]: rounded(database / SECONDS),
      [`workers_${count + 1}_core_us`]: rounded(cost(turns, "workers")),
      [`workers_${count + 1}_database_core_us`]: rounded(cost(turns, "database")),
    });
  }
  return { ratios: { workers: rounded((2 * cost(one, "workers")) / cost(two, "workers")) }, figures };
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}
