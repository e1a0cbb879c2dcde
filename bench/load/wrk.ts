import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LOAD_CORES, pinned } from "./cores.ts";

export interface Load {
  url: string;
  token: string;
  /** A file of paths, one a line, which are asked for in turn. */
  pathFile: string;
  connections: number;
  seconds: number;
}

/** What a load met: requests a second, and milliseconds that they took. */
export interface LoadResult {
  requests: number;
  perSecond: number;
  p50: number;
  p95: number;
  p99: number;
  longest: number;
}

const SCRIPT = join(import.meta.dirname, "ask-in-turn.lua");

/** Throws where `wrk` is missing. A load generator in JavaScript would be slower than what it measures. */
export function requireWrk(): void {
  if (spawnSync("wrk", ["--version"]).error !== undefined) {
    throw new Error("this needs wrk, which asks faster than Node answers: apt-get install wrk");
  }
}

export function writePaths(file: string, paths: readonly string[]): string {
  writeFileSync(file, `${paths.join("\n")}\n`);
  return file;
}

/** Asks as fast as answers come, on other cores than the server's. Throws when a request fails. */
export async function load({ url, token, pathFile, connections, seconds }: Load): Promise<LoadResult> {
  const args = [
    "wrk",
    "-t1",
    `-c${connections}`,
    `-d${seconds}s`,
    "--timeout",
    "20s",
    "-H",
    `Authorization: Bearer ${token}`,
  ];
  const [command, ...rest] = pinned(LOAD_CORES, [...args, "-s", SCRIPT, url, "--", pathFile]);
  const child = spawn(command, rest, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await once(child, "close");
  const line = said.split("\n").find((each) => each.startsWith("{"));
  if (line === undefined) throw new Error(`wrk ended without a result:\n${said}`);
  const { requests, microseconds, failed, ...times } = JSON.parse(line) as Record<string, number> & Raw;
  if (failed > 0) throw new Error(`${failed} of ${requests} requests failed`);
  const inMilliseconds = (name: keyof typeof times): number => (times[name] ?? 0) / 1000;
  return {
    requests,
    perSecond: requests / (microseconds / 1_000_000),
    p50: inMilliseconds("p50"),
    p95: inMilliseconds("p95"),
    p99: inMilliseconds("p99"),
    longest: inMilliseconds("longest"),
  };
}

interface Raw {
  requests: number;
  microseconds: number;
  failed: number;
}
