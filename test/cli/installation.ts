import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { inject } from "vitest";
import { programReady } from "../../bin/built.js";

const bin = join(import.meta.dirname, "../../bin/cantrip");

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Standard output as the JSON object that it must be. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the command's answer
  json<T = Record<string, unknown>>(): T;
}

export interface RunOptions {
  input?: string | Uint8Array;
  env?: Record<string, string>;
}

/** An installation of its own: a data folder, and a database where the engine is PostgreSQL. */
export interface Installation {
  /** The folder does not exist until a command makes it. */
  data: string;
  databaseUrl: string | null;
  /** Runs the real program on it and waits for its end. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Starts the real program on it. */
  start(args: readonly string[], options?: RunOptions): ChildProcess;
  remove(): Promise<void>;
}

/** What `cantrip setup --json` answers. */
export interface SetUp {
  account: { id: string; site: string; name: string };
  user: { id: string };
  inbox: { id: string; name: string; address: string };
  token: string;
  password?: string;
}

export const setup = (site: string): string[] =>
  `setup --site ${site} --name Acme --email owner@${site}.example --inbox-address help@${site}.example --json`.split(
    " ",
  );

export async function newInstallation(): Promise<Installation> {
  // What people run is built: so is what is tested.
  await programReady();
  const folder = await mkdtemp(join(tmpdir(), "cantrip-cli-"));
  const data = join(folder, "data");
  const database = await newDatabase();
  const start = (args: readonly string[], { env = {} }: RunOptions = {}): ChildProcess =>
    spawn(process.execPath, [bin, ...args], { cwd: folder, env: environment(data, database.url, env) });
  return {
    data,
    databaseUrl: database.url,
    start,
    run: async (args, options = {}) => await finished(start(args, options), options.input ?? ""),
    remove: async () => {
      await rm(folder, { recursive: true, force: true });
      await database.remove();
    },
  };
}

/** Only what is meant: the settings of whoever runs the tests stay outside. */
function environment(data: string, url: string | null, more: Record<string, string>): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    CANTRIP_DATA: data,
    CANTRIP_LOG_LEVEL: "error",
    CANTRIP_BUILD: "never",
    ...(url === null ? {} : { DATABASE_URL: url }),
    ...more,
  };
}

async function finished(child: ChildProcess, input: string | Uint8Array): Promise<Ran> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
  // A command that needs no input, or has had too much of it, closes its end.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const text = Buffer.concat(stdout).toString();
  return {
    code,
    stdout: text,
    stderr: Buffer.concat(stderr).toString(),
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as above
    json: <T>() => JSON.parse(text) as T,
  };
}

async function newDatabase(): Promise<{ url: string | null; remove(): Promise<void> }> {
  const server = inject("databaseUrl");
  if (process.env["CANTRIP_TEST_ENGINE"] !== "postgres" || server === null) {
    return { url: null, remove: async () => await Promise.resolve() };
  }
  const name = `cli_${randomBytes(8).toString("hex")}`;
  await execute(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, remove: async () => await execute(server, `drop database ${name} with (force)`) };
}

async function execute(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
