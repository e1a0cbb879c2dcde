import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { type Socket, connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type PostgresServer, startOwnPostgres } from "../../test/support/postgres-server.ts";
import type { Wire } from "../../test/support/wire.ts";
import type { KeptServer, ServerOptions } from "./server.ts";

/** What a fault may do harm to. */
export interface Scene {
  folder: string;
  data: string;
  server: KeptServer;
  /** On PostgreSQL: the network to it, and the server with the folder that it keeps. */
  wire: Wire | null;
  postgres: { server: PostgresServer; port: number; keepIn: string } | null;
  seconds: number;
}

export interface Fault {
  about: string;
  engines: readonly ("sqlite" | "postgres")[];
  /** Why it cannot be done here; null when it can. */
  missing?(): string | null;
  server?(folder: string): ServerOptions;
  /** Prepares the folder that holds everything. */
  prepare?(folder: string): void;
  cleanUp?(folder: string): void;
  /** Does the harm, and resolves when it is over. */
  strike(scene: Scene): Promise<void>;
}

const BOTH = ["sqlite", "postgres"] as const;
const notRoot = (): string | null => (process.getuid?.() === 0 ? null : "it needs root");
const FAKETIME = ["x86_64-linux-gnu", "aarch64-linux-gnu"]
  .map((machine) => `/usr/lib/${machine}/faketime/libfaketime.so.1`)
  .find((file) => existsSync(file));

export const FAULTS: Record<string, Fault> = {
  "server-killed": {
    about: "kill -9 of the server, three times; it is started again as systemd would",
    engines: BOTH,
    strike: async ({ server, seconds }) => {
      for (let count = 1; count <= 3; count += 1) {
        process.kill(server.pid(), "SIGKILL");
        // On a busy machine the next one takes its time.
        while (server.restarts() < count) await sleep(20);
        await sleep((seconds * 1000) / 3);
      }
    },
  },
  "worker-killed": {
    about: "kill -9 of one of two workers, three times; the first process replaces it",
    engines: ["postgres"],
    server: () => ({ workers: 2 }),
    strike: async ({ server, seconds }) => {
      for (let count = 0; count < 3; count += 1) {
        const [worker] = childrenOf(server.pid());
        if (worker !== undefined) process.kill(worker, "SIGKILL");
        await sleep((seconds * 1000) / 3);
      }
    },
  },
  "database-killed": {
    about: "kill -9 of PostgreSQL, and its start some seconds later",
    engines: ["postgres"],
    strike: async ({ postgres, seconds }) => {
      if (postgres === null) throw new Error("there is no PostgreSQL of its own");
      const [pid = ""] = readFileSync(join(postgres.keepIn, "postmaster.pid"), "utf8").split("\n");
      process.kill(Number(pid), "SIGKILL");
      await Promise.race([postgres.server.stop(), sleep(2000)]);
      await sleep(seconds * 1000);
      postgres.server = await startAgain(postgres);
    },
  },
  "network-cut": {
    about: "the network between server and database lets nothing through, then all that waited",
    engines: ["postgres"],
    strike: async ({ wire, seconds }) => {
      wire?.cut();
      await sleep(seconds * 1000);
      wire?.mend();
    },
  },
  "network-refused": {
    about: "every connection to the database breaks, and new ones are refused",
    engines: ["postgres"],
    strike: async ({ wire, seconds }) => {
      wire?.refuse();
      await sleep(seconds * 1000);
      wire?.mend();
    },
  },
  "disk-full": {
    about: "the disk of data (and database) is full, then has room again",
    engines: BOTH,
    missing: notRoot,
    prepare: (folder) => {
      mkdirSync(folder, { recursive: true });
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=700m,mode=0755", "tmpfs", folder]);
    },
    cleanUp: (folder) => void execFileSync("umount", ["-l", folder]),
    strike: async ({ folder, seconds }) => {
      const ballast = join(folder, "ballast");
      try {
        execFileSync("dd", ["if=/dev/zero", `of=${ballast}`, "bs=64k"], { stdio: "ignore" });
      } catch {
        // It ends so: no space left on device.
      }
      await sleep(seconds * 1000);
      rmSync(ballast);
    },
  },
  "clock-back": {
    about: "the server's clock is set back an hour, and forward again",
    engines: BOTH,
    missing: () => (FAKETIME === undefined ? "libfaketime is not installed (Debian: faketime)" : null),
    server: (folder) => ({
      env: {
        LD_PRELOAD: FAKETIME ?? "",
        FAKETIME_TIMESTAMP_FILE: clockFile(folder, "+0"),
        FAKETIME_NO_CACHE: "1",
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
      },
    }),
    strike: async ({ folder, seconds }) => {
      clockFile(folder, "-3600");
      await sleep(seconds * 1000);
      clockFile(folder, "+0");
    },
  },
  "file-limit": {
    about: "the process may open 80 files, and 200 clients connect",
    engines: BOTH,
    server: () => ({ files: 80 }),
    strike: async ({ server, seconds }) => {
      const sockets = Array.from({ length: 200 }, () => open(server));
      await sleep(seconds * 1000);
      for (const socket of sockets) socket.destroy();
    },
  },
  "slow-clients": {
    about: "300 clients send a byte a second of a request that never ends, 50 do not read what they asked for",
    engines: BOTH,
    strike: async ({ server, seconds }) => {
      const slow = Array.from({ length: 300 }, () => open(server));
      for (const socket of slow) socket.write("GET /api/v1/tickets HTTP/1.1\r\nHost: x\r\nX-Slow: ");
      const deaf = Array.from({ length: 50 }, () => open(server).pause());
      const line = `GET /api/v1/tickets?per_page=100 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.token}\r\n\r\n`;
      for (const socket of deaf) socket.write(line.repeat(20));
      for (let second = 0; second < seconds; second += 1) {
        await sleep(1000);
        for (const socket of slow) if (!socket.destroyed) socket.write("x");
      }
      for (const socket of [...slow, ...deaf]) socket.destroy();
    },
  },
};

function open({ url }: KeptServer): Socket {
  return connect(Number(new URL(url).port), "127.0.0.1").on("error", () => undefined);
}

function clockFile(folder: string, offset: string): string {
  const file = join(folder, "clock");
  writeFileSync(file, offset);
  return file;
}

function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1]?.split(" ")[1] === String(pid);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** The old one's shared memory is free only once its last process has gone. */
async function startAgain({ port, keepIn }: { port: number; keepIn: string }): Promise<PostgresServer> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const server = await startOwnPostgres({ keepIn, port });
      if ("missing" in server) throw new Error(server.missing);
      return server;
    } catch (error) {
      if (attempt === 10) throw error;
      await sleep(500);
    }
  }
}
