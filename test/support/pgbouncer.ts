import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { freePort } from "./served.ts";

const PROGRAM = "/usr/sbin/pgbouncer";

export const PGBOUNCER_MISSING = existsSync(PROGRAM) ? null : "PgBouncer is not installed";

export interface Pooler {
  /** The same database, through the pooler. */
  url: string;
  stop(): Promise<void>;
}

/** A PgBouncer in transaction mode in front of a database: few connections, so that they change hands. */
export async function startPgBouncer(databaseUrl: string): Promise<Pooler> {
  const { hostname, port, pathname, username } = new URL(databaseUrl);
  const listenPort = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "cantrip-pgbouncer-"));
  const file = join(folder, "pgbouncer.ini");
  writeFileSync(
    file,
    `[databases]
* = host=${hostname} port=${port} user=${username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 500
ignore_startup_parameters = extra_float_digits
`,
  );
  // It refuses to be root.
  chmodSync(folder, 0o755);
  const child: ChildProcess = spawn(PROGRAM, [...(process.getuid?.() === 0 ? ["-u", "nobody"] : []), file], {
    stdio: ["ignore", "ignore", "ignore"],
  });
  const ended = once(child, "exit");
  const url = `postgresql://${username}@127.0.0.1:${listenPort}${pathname}`;
  for (let count = 0; !(await answers(url)); count += 1) {
    if (count === 100 || child.exitCode !== null) throw new Error("PgBouncer did not start");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    stop: async () => {
      child.kill("SIGINT");
      // It waits for its clients, who may be gone without a word.
      setTimeout(() => child.kill("SIGKILL"), 2000).unref();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  try {
    await client.connect();
    await client.query("select 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
