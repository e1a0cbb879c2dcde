import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { createInterface } from "node:readline";
import type { Installation } from "../cli/installation.ts";

/** A real server process. */
export interface Served {
  child: ChildProcess;
  url: string;
  port: number;
  firstRun: { token: string; site: string } | null;
  /** What it printed when it was ready: JSON. */
  line: string;
  /** The lines of its standard error so far. */
  said: string[];
  /** Resolves with the exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
  /** Sends a signal and resolves with how the process ended. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** Starts `cantrip serve` and resolves once it answers. Rejects with what it said when it ends before. */
export async function serve(
  place: Installation,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Served> {
  const child = place.start(["serve", "--json", ...(args.includes("--port") ? [] : ["--port", "0"]), ...args], { env });
  const said: string[] = [];
  createInterface({ input: child.stderr! }).on("line", (line) => said.push(line));
  const ended = once(child, "exit").then(([code, by]: (number | NodeJS.Signals | null)[]) => code ?? by ?? null);
  const lines = createInterface({ input: child.stdout! });
  const [line] = (await Promise.race([once(lines, "line"), ended.then(() => [])])) as [string?];
  if (line === undefined) throw new Error(`the server ended with ${await ended}: ${said.join("\n")}`);
  const { listening, first_run } = JSON.parse(line) as { listening: string; first_run: Served["firstRun"] };
  return {
    child,
    url: listening,
    port: Number(new URL(listening).port),
    firstRun: first_run,
    line,
    said,
    ended,
    stop: async (signal = "SIGTERM") => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return await ended;
    },
  };
}

/** A port that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
