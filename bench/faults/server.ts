import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { freePort } from "../../test/support/served.ts";

const bin = join(import.meta.dirname, "../../bin/cantrip");

/** Where a server keeps what it has. */
export interface Home {
  data: string;
  databaseUrl: string | null;
}

/** A real server, kept running as systemd or a container's host would: whatever ends it, it is started again. */
export interface KeptServer {
  url: string;
  token: string;
  /** The process at the moment. */
  pid(): number;
  /** How often it had to be started again. */
  restarts(): number;
  /** Its standard error, the last lines. */
  said: string[];
  stop(): Promise<void>;
}

export interface ServerOptions {
  workers?: number;
  env?: Record<string, string>;
  /** The most files it may have open. */
  files?: number;
}

const PAUSE = 200;

export async function keepServer(
  home: Home,
  { workers = 1, env = {}, files }: ServerOptions = {},
): Promise<KeptServer> {
  const environment = environmentOf(home, env);
  const token = await setUp(environment);
  const port = await freePort();
  const said: string[] = [];
  let child: ChildProcess;
  let starts = 0;
  let isStopping = false;
  const start = async (): Promise<void> => {
    starts += 1;
    const command = [process.execPath, bin, "serve", "--json", "--port", String(port), "--workers", String(workers)];
    const limit = files === undefined ? "" : `ulimit -n ${files}; `;
    child = spawn("/bin/sh", ["-c", `${limit}exec "$@"`, "sh", ...command], {
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    createInterface({ input: child.stderr! }).on("line", (line) => {
      said.push(line);
      if (said.length > 200) said.shift();
    });
    const ended = once(child, "exit");
    void startAfter(ended);
    await Promise.race([once(createInterface({ input: child.stdout! }), "line"), ended]);
  };
  const startAfter = async (ended: Promise<unknown>): Promise<void> => {
    await ended;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (!isStopping) await start().catch(() => undefined);
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    pid: () => child.pid ?? 0,
    restarts: () => starts - 1,
    said,
    stop: async () => {
      isStopping = true;
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
    },
  };
}

function environmentOf({ data, databaseUrl }: Home, more: Record<string, string>): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    CANTRIP_DATA: data,
    CANTRIP_LOG_LEVEL: "error",
    CANTRIP_BUILD: "never",
    ...(databaseUrl !== null && { DATABASE_URL: databaseUrl }),
    ...more,
  };
}

/** A help desk without limits; returns its token. What a fault needs of the environment must not be in the way here. */
async function setUp(environment: NodeJS.ProcessEnv): Promise<string> {
  const run = promisify(execFile);
  const env = { ...environment, LD_PRELOAD: "" };
  const words =
    "setup --site faults --name Faults --email owner@faults.example --inbox-address help@faults.example --json";
  const { stdout } = await run(process.execPath, [bin, ...words.split(" ")], { env });
  const limits = "account set --site faults --credits-per-minute 0 --requests-per-second 0";
  await run(process.execPath, [bin, ...limits.split(" ")], { env });
  return (JSON.parse(stdout) as { token: string }).token;
}
