import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Place } from "../crash/desk-under-test.ts";
import { ALL_CORES, SERVER_CORE, pinned } from "./cores.ts";

/** A server process that a bench asks. */
export interface Served {
  url: string;
  /** Milliseconds from its start until it listened. */
  startedIn: number;
  process: ChildProcess;
  stop(): Promise<void>;
}

const BIN = join(import.meta.dirname, "../../bin/cantrip");

/** Starts the real program on a place, alone on its core. It makes every answer anew, unless it is told to keep answers. */
export async function serveFrom(place: Place, { keepsAnswers = false } = {}): Promise<Served> {
  const env = environmentOf(place);
  if (keepsAnswers) delete env["CANTRIP_KEPT_ANSWERS"];
  return await serveProgram([BIN, "serve", "--port", "0", "--json"], env);
}

/** Starts it with several processes, on all cores. */
export async function serveWithWorkers(place: Place, workers: number): Promise<Served> {
  const args = [BIN, "serve", "--port", "0", "--json", "--workers", String(workers)];
  return await serveProgram(args, environmentOf(place), ALL_CORES);
}

function environmentOf(place: Place): Record<string, string> {
  return {
    CANTRIP_DATA: place.data,
    CANTRIP_LOG_LEVEL: "warn",
    CANTRIP_BUILD: "never",
    CANTRIP_DRAIN_SECONDS: "0",
    // The same question is asked again and again: what is measured is what an answer costs, not to look it up.
    CANTRIP_KEPT_ANSWERS: "0",
    ...(place.databaseUrl !== null && { DATABASE_URL: place.databaseUrl }),
  };
}

/** Starts a program that prints where it listens as JSON, `listening` of its first line. */
export async function serveProgram(
  args: readonly string[],
  env: Record<string, string> = {},
  cores = SERVER_CORE,
): Promise<Served> {
  const [command, ...rest] = pinned(cores, [process.execPath, ...args]);
  const start = performance.now();
  const child = spawn(command, rest, {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const lines = createInterface(child.stdout);
  const [line] = (await Promise.race([once(lines, "line"), ended.then(() => [null])])) as unknown[];
  if (typeof line !== "string") throw new Error("a server that was to be measured did not start");
  return {
    url: (JSON.parse(line) as { listening: string }).listening,
    startedIn: performance.now() - start,
    process: child,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

const MEGABYTE = 1_000_000;

/** Memory of a process that is resident now, and at most so far, in megabytes (Linux). */
export function memoryOf({ process: { pid } }: Served): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const read = (name: string): number => {
    const [, kibibytes] = new RegExp(`${name}:\\s+(\\d+) kB`).exec(status) ?? [];
    return Math.round((Number(kibibytes) * 1024) / MEGABYTE);
  };
  return { now: read("VmRSS"), peak: read("VmHWM") };
}

const TICKS_PER_SECOND = 100;

/** Seconds that a process and its threads have had of a core so far (Linux). */
export function coreSecondsOf({ process: { pid } }: Served): number {
  return coreSecondsOfProcess(pid ?? 0);
}

export function coreSecondsOfProcess(pid: number): number {
  // The second field is a name in parentheses; user and system time are the 14th and 15th.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
