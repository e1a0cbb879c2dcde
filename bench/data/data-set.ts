import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "../crash/desk-under-test.ts";
import type { BenchRun } from "../bench.ts";
import { type BenchAccount, buildAccounts } from "./build-accounts.ts";
import { openKeptPostgres } from "./kept-postgres.ts";

/** Twenty accounts full of tickets, kept from run to run. Benches read it; what they write stays small. */
export interface DataSet {
  place: Place;
  /** The largest first; the last has long tickets, and is for what a bench writes. */
  accounts: readonly BenchAccount[];
  close(): Promise<void>;
}

interface Manifest {
  accounts: BenchAccount[];
  seconds: number;
}

/** What decides what is in a data set: its generator, and the schema that it is in. */
const SOURCES = [
  [join(import.meta.dirname, "../../src/cli"), /^demo-.*\.ts$/],
  [join(import.meta.dirname, "../../src/storage/migrations"), /\.ts$/],
  [import.meta.dirname, /^build-.*\.ts$/],
] as const;

/** Opens the data set of so many tickets, and builds it first when there is none of today's generator and schema. */
export async function openDataSet({ data, engine, tell }: BenchRun, tickets: number): Promise<DataSet> {
  const name = `${tickets}-${sourceKey()}`;
  const home = join(data, homeOf(engine));
  const folder = join(home, name);
  const postgres = engine === "postgres" ? await openKeptPostgres(join(home, "cluster")) : null;
  try {
    if (!existsSync(join(folder, "manifest.json"))) {
      await removeOthers(home, `${tickets}-`, async (other) => await postgres?.drop(databaseName(other)));
      await postgres?.drop(databaseName(name));
      const building = `${folder}.building`;
      rmSync(building, { recursive: true, force: true });
      mkdirSync(building, { recursive: true });
      const databaseUrl = (await postgres?.create(databaseName(name))) ?? null;
      const start = performance.now();
      const accounts = await buildAccounts({ data: building, databaseUrl }, tickets, tell);
      const manifest: Manifest = { accounts, seconds: Math.round((performance.now() - start) / 1000) };
      writeFileSync(join(building, "manifest.json"), JSON.stringify(manifest, null, 2));
      renameSync(building, folder);
    }
    const { accounts } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as Manifest;
    const place = { data: folder, databaseUrl: postgres?.urlOf(databaseName(name)) ?? null };
    return { place, accounts, close: async () => await postgres?.close() };
  } catch (error) {
    await postgres?.close();
    throw error;
  }
}

/** What was built on one server is not on another. */
function homeOf(engine: BenchRun["engine"]): string {
  const server = process.env["TEST_DATABASE_URL"] ?? "";
  return engine === "sqlite" || server === "" ? engine : `${engine}-${hashed(server)}`;
}

function hashed(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

function sourceKey(): string {
  const hash = createHash("sha256");
  for (const [folder, pattern] of SOURCES) {
    for (const file of readdirSync(folder).toSorted()) {
      if (pattern.test(file)) hash.update(file).update(readFileSync(join(folder, file)));
    }
  }
  return hash.digest("hex").slice(0, 12);
}

function databaseName(name: string): string {
  return `bench_${name.replace("-", "_")}`;
}

/** Of one size one data set is kept: a million tickets are gigabytes. */
async function removeOthers(
  folder: string,
  beginning: string,
  drop: (name: string) => Promise<void | undefined>,
): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((each) => each.startsWith(beginning))) {
    await drop(name.replace(".building", ""));
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}
