import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Measured, percentile, rounded } from "../bench.ts";
import { ask, askJson } from "../load/ask.ts";
import { load, requireWrk, writePaths } from "../load/wrk.ts";
import { type Subject, largestOf, smallOf } from "./subject.ts";

const CONNECTIONS = 16;
const SECONDS = 5;
const ROUNDS = 3;

/** What a small account waits for its tickets and lists, alone and while a large one asks for the same as fast as it can. */
export async function measureNeighbour({ server, data }: Subject): Promise<Measured> {
  requireWrk();
  const folder = mkdtempSync(join(tmpdir(), "cantrip-bench-"));
  const large = largestOf(data);
  const small = smallOf(data);
  try {
    const pathFile = writePaths(join(folder, "paths"), await pathsOf(server.url, large.token));
    const paths = await pathsOf(server.url, small.token);
    const alone: number[] = [];
    const beside: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      alone.push(await p99(server.url, small.token, paths));
      const loading = load({
        url: server.url,
        token: large.token,
        pathFile,
        connections: CONNECTIONS,
        seconds: SECONDS + 1,
      });
      beside.push(await p99(server.url, small.token, paths));
      await loading;
    }
    const [quiet, busy] = [Math.min(...alone), Math.min(...beside)];
    return {
      ratios: { neighbour: rounded(busy / quiet) },
      figures: { neighbour_alone_ms: rounded(quiet), neighbour_beside_ms: rounded(busy) },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function pathsOf(url: string, token: string): Promise<string[]> {
  const tickets = await askJson<{ id: string }[]>(url, token, "/api/v1/tickets?per_page=50");
  return tickets.flatMap(({ id }) => [`/api/v1/tickets/${id}`, "/api/v1/tickets?state=open&sort=-updated_at"]);
}

async function p99(url: string, token: string, paths: readonly string[]): Promise<number> {
  const until = performance.now() + SECONDS * 1000;
  const times: number[] = [];
  for (let turn = 0; performance.now() < until; turn += 1) {
    const { status, milliseconds } = await ask(url, token, paths[turn % paths.length] ?? "");
    if (status !== 200) throw new Error(`a small account was answered ${status}`);
    times.push(milliseconds);
  }
  return percentile(times, 99);
}
