import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

export type PostgresServer = { url: string; stop(): Promise<void> };

/** What a server of one's own is like. */
export interface ServerOptions {
  /** Keeps its data in this folder, safely, and goes on with what is there. */
  keepIn?: string;
  /** Makes it a streaming replica of the server at this URL. */
  replicaOf?: string;
  settings?: Record<string, string>;
  port?: number;
}

const OLDEST_VERSION = 15;
const START_TIMEOUT_MS = 30_000;

/**
 * A PostgreSQL for tests: the one that TEST_DATABASE_URL names, else a new one that forgets everything on `stop`,
 * and also when this process ends without it, however it ends. `keepIn` is as in
 * `ServerOptions`.
 */
export async function startPostgres(keepIn?: string): Promise<PostgresServer | { missing: string }> {
  const existing = process.env["TEST_DATABASE_URL"];
  if (existing) return { url: existing, stop: async () => {} };
  return await startOwnPostgres(keepIn === undefined ? {} : { keepIn });
}

/** A new server that nobody else uses, or a new replica of one. */
export async function startOwnPostgres({
  keepIn,
  replicaOf,
  settings: more = {},
  port: wanted,
}: ServerOptions = {}): Promise<PostgresServer | { missing: string }> {
  const programs = findPrograms();
  if (!programs) {
    return { missing: `no PostgreSQL ${OLDEST_VERSION} or newer found; install it, or set TEST_DATABASE_URL` };
  }
  const user = unprivilegedUser();
  if (user === "none") return { missing: "PostgreSQL refuses to run as root, and there is no user postgres or nobody" };

  const folder = mkdtempSync(join(tmpdir(), "cantrip-postgres-"));
  try {
    if (user) chownSync(folder, user.uid, user.gid);
    const data = keepIn ?? join(folder, "data");
    const options = { ...user, cwd: folder };
    if (!existsSync(join(data, "PG_VERSION"))) {
      if (keepIn !== undefined) {
        // The folders above it may be another user's, who must be able to pass through.
        mkdirSync(dirname(keepIn), { recursive: true });
        mkdirSync(keepIn, { recursive: true, mode: 0o700 });
        if (user) chownSync(keepIn, user.uid, user.gid);
      }
      const [program = "", ...args] = replicaOf === undefined ? INITDB : [...BASEBACKUP, "-d", replicaOf];
      execFileSync(join(programs, program), [...args, "-D", data], { ...options, stdio: ["ignore", "ignore", "pipe"] });
    }
    const port = wanted ?? (await freePort());
    const values = { ...(keepIn === undefined ? FORGETFUL : LASTING), ...more };
    const server = spawn(
      "/bin/sh",
      ["-c", SERVE_UNTIL_INPUT_ENDS, "sh", folder, join(programs, "postgres"), ...settings(data, folder, port, values)],
      {
        ...options,
        // A group of its own: Ctrl-C reaches the test runner, whose end then ends the server.
        detached: true,
        stdio: ["pipe", "ignore", "pipe"],
      },
    );
    await accepting(server);
    return { url: `postgresql://cantrip@127.0.0.1:${port}/postgres`, stop: () => stop(server) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

const INITDB = "initdb -U cantrip -A trust -E UTF8 --locale=C --no-sync --no-instructions".split(" ");
const BASEBACKUP = "pg_basebackup -R -X stream -c fast --no-sync".split(" ");

// The shell outlives us only long enough to clean up: its input ends when we do, even by SIGKILL.
const SERVE_UNTIL_INPUT_ENDS = `
folder=$1; shift
"$@" & server=$!
cat >/dev/null
kill -QUIT $server
wait $server
rm -rf "$folder"
`;

// Nothing of a test has to survive a power cut.
const FORGETFUL = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/** As a small machine of its own would be set: the defaults are for a hundredth of that. */
const LASTING = {
  shared_buffers: "1GB",
  effective_cache_size: "4GB",
  maintenance_work_mem: "512MB",
  max_wal_size: "4GB",
};

function settings(data: string, folder: string, port: number, more: Record<string, string>): string[] {
  const values = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: folder,
    max_connections: "200",
    ...more,
  };
  return ["-D", data, ...Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}

function findPrograms(): string | undefined {
  const packaged = "/usr/lib/postgresql";
  const versions = existsSync(packaged) ? readdirSync(packaged).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    ...versions.map((each) => join(packaged, each, "bin")),
  ];
  return folders.find((folder) => {
    const program = join(folder, "postgres");
    if (["postgres", "initdb", "pg_basebackup"].some((name) => !existsSync(join(folder, name)))) return false;
    const version = /(\d+)/.exec(execFileSync(program, ["--version"], { encoding: "utf8" }))?.[1];
    return Number(version) >= OLDEST_VERSION;
  });
}

function unprivilegedUser(): { uid: number; gid: number } | "none" | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    try {
      const ask = (flag: string) => Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: "pipe" }));
      return { uid: ask("-u"), gid: ask("-g") };
    } catch {
      // no such user
    }
  }
  return "none";
}

function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const probe = createServer().on("error", reject);
  probe.listen(0, "127.0.0.1", () => {
    const address = probe.address();
    const port = typeof address === "object" && address ? address.port : 0;
    probe.close(() => resolve(port));
  });
  return promise;
}

function accepting(server: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = "";
  const fail = (why: string) => {
    server.stdin?.end();
    reject(new Error(`PostgreSQL did not start: ${why}\n${said}`));
  };
  const timer = setTimeout(() => fail(`no answer in ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
  server.on("error", (error) => fail(error.message));
  let ready = false;
  server.stderr?.on("data", (chunk: Buffer) => {
    if (ready) return;
    // The last of it: clients that come while it recovers make it say much.
    said = (said + chunk.toString()).slice(-10_000);
    if (/ready to accept (read-only )?connections/.test(said)) {
      ready = true;
      resolve();
    }
    // What it refuses a client that comes while it recovers is no reason to give up.
    else if (/FATAL:(?! {2}the database system is )/.test(said)) fail("see below");
  });
  return promise.finally(() => clearTimeout(timer));
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.stdin?.end();
  await ended;
}
