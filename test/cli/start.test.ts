import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freePort } from "../support/postfix.ts";
import { ENGINE, ENGINE_MISSING } from "../support/test-storage.ts";
import { type Wire, layWire } from "../support/wire.ts";
import { type Installation, newInstallation } from "./installation.ts";

describe.skipIf(ENGINE_MISSING !== null || ENGINE === "sqlite")("a server whose database is not ready", () => {
  let desk: Installation;
  let wire: Wire;
  let env: Record<string, string>;
  const started: ChildProcess[] = [];

  beforeEach(async () => {
    desk = await newInstallation();
    const url = new URL(desk.databaseUrl ?? "");
    wire = await layWire(Number(url.port));
    url.port = String(wire.port);
    env = { DATABASE_URL: url.href, CANTRIP_LOG_LEVEL: "warn" };
  });
  afterEach(async () => {
    for (const child of started.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await wire.close();
    await desk.remove();
  });

  const serve = (
    more: Record<string, string> = {},
  ): { child: ChildProcess; said: () => string; listens: Promise<string> } => {
    const child = desk.start(["serve", "--port", "0", "--json"], { env: { ...env, ...more } });
    started.push(child);
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const line = once(createInterface(child.stdout!), "line").then(([text]) => String(text));
    const ended = once(child, "exit").then(([code]) => `ended with ${String(code)}: ${said}`);
    return { child, said: () => said, listens: Promise.race([line, ended]) };
  };

  test("waits for it, says so, and serves once it is there", async () => {
    wire.refuse();
    const { said, listens } = serve();
    await expect.poll(said).toContain("the database cannot be used yet");
    wire.mend();
    expect(await listens).toContain('"listening"');
  });

  test("stops at once when it is told to while it waits", async () => {
    wire.refuse();
    const { child, said, listens } = serve();
    await expect.poll(said).toContain("the database cannot be used yet");
    child.kill("SIGTERM");
    expect(await listens).toMatch(/^ended with 1: /);
    expect(said()).toMatch(/error: .*(ECONNRESET|connection terminated)/i);
  });

  test("names each address of a host that nobody answers at, and waits for those too", async () => {
    const port = await freePort();
    const { child, said } = serve({ DATABASE_URL: `postgres://cantrip@localhost:${port}/none` });
    await expect.poll(said).toContain("the database cannot be used yet");
    child.kill("SIGTERM");
    await once(child, "exit");
    expect(said()).toMatch(new RegExp(`^error: connect ECONNREFUSED \\S+:${port}$`, "m"));
  });

  test(
    "comes up although every connection is ended again and again, and no error ends it",
    { timeout: 240_000 },
    async () => {
      const url = new URL(desk.databaseUrl ?? "");
      const name = url.pathname.slice(1);
      url.pathname = "/postgres";
      const admin = new pg.Client({ connectionString: url.href });
      await admin.connect();
      const over = new AbortController();
      const end =
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()";
      const harm = async (): Promise<void> => {
        while (!over.signal.aborted) {
          await admin.query(end, [name]);
          await sleep(Math.random() * 150);
        }
      };
      const harming = harm();
      try {
        for (let turn = 0; turn < 6; turn += 1) {
          const { child, said, listens } = serve();
          await sleep(2000);
          expect([child.exitCode, child.signalCode], said()).toEqual([null, null]);
          if (turn === 5) over.abort();
          if (turn === 5) expect(await listens).toContain('"listening"');
          child.kill("SIGKILL");
          await once(child, "exit");
        }
      } finally {
        over.abort();
        await harming;
        await admin.end();
      }
    },
  );
});
