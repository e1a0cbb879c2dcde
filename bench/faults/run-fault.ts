import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../test/support/served.ts";
import { startOwnPostgres } from "../../test/support/postgres-server.ts";
import { layWire } from "../../test/support/wire.ts";
import type { Engine } from "../places.ts";
import type { Fault, Scene } from "./faults.ts";
import { keepServer } from "./server.ts";
import { type Outcome, startTraffic } from "./traffic.ts";

export interface Struck extends Outcome {
  restarts: number;
  /** Why it was not done. */
  skipped?: string;
}

/** One fault in the middle of traffic: well, struck, well again. */
export async function runFault(fault: Fault, engine: Engine, seconds: number): Promise<Struck | { skipped: string }> {
  const missing = fault.missing?.() ?? null;
  if (missing !== null) return { skipped: missing };
  const folder = mkdtempSync(join(tmpdir(), "cantrip-faults-"));
  // PostgreSQL runs as another user, who has to get there.
  chmodSync(folder, 0o755);
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    fault.prepare?.(folder);
    ends.push(() => fault.cleanUp?.(folder));
    const data = join(folder, "data");
    mkdirSync(data);
    const { postgres, wire, databaseUrl } = await openDatabase(engine, folder, ends);
    const server = await keepServer({ data, databaseUrl }, fault.server?.(folder));
    ends.push(async () => await server.stop());
    const scene: Scene = { folder, data, server, wire, postgres, seconds };
    const traffic = startTraffic(server);
    await traffic.wellAgain();
    await sleep(1000);
    await fault.strike(scene);
    traffic.mended();
    await traffic.wellAgain();
    await sleep(1000);
    const outcome = await traffic.end();
    return { ...outcome, restarts: server.restarts() };
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}

/** On PostgreSQL one that keeps what it acknowledged, with a network in front that can be cut. */
async function openDatabase(
  engine: Engine,
  folder: string,
  ends: (() => unknown)[],
): Promise<Pick<Scene, "postgres" | "wire"> & { databaseUrl: string | null }> {
  if (engine === "sqlite") return { postgres: null, wire: null, databaseUrl: null };
  const [port, keepIn] = [await freePort(), join(folder, "postgres")];
  const server = await startOwnPostgres({ keepIn, port, settings: { shared_buffers: "64MB", max_wal_size: "128MB" } });
  if ("missing" in server) throw new Error(server.missing);
  const postgres = { server, port, keepIn };
  ends.push(async () => await Promise.race([postgres.server.stop(), sleep(5000)]));
  const wire = await layWire(port);
  ends.push(async () => await wire.close());
  const url = new URL(server.url);
  url.port = String(wire.port);
  return { postgres, wire, databaseUrl: url.href };
}
