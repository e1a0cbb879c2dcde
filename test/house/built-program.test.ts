import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

describe("the built program", () => {
  let copy: string;

  beforeEach(() => {
    // A checkout of the test's own, whose sources it may change; without web/, which takes longer and builds alike.
    copy = mkdtempSync(join(tmpdir(), "cantrip-built-"));
    for (const part of ["bin", "src", "scripts", "package.json"]) {
      cpSync(join(root, part), join(copy, part), { recursive: true });
    }
    cpSync(join(root, "package-lock.json"), join(copy, "package-lock.json"));
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    mkdirSync(join(copy, "data"));
  });

  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  const build = (): string => execFileSync(process.execPath, ["scripts/build.ts"], { cwd: copy, encoding: "utf8" });
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, ["bin/cantrip", ...args], { cwd: copy, encoding: "utf8" });
  const builds = (): string[] => readdirSync(join(copy, "dist"));

  const setVersion = (version: string): void => {
    const file = join(copy, "package.json");
    const manifest = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...manifest, version }));
  };

  /** Marks what was built last, so that a run tells whether it was read. */
  const mark = (text: string): void => {
    const [newest = ""] = builds();
    const file = join(copy, "dist", newest, "program.js");
    writeFileSync(file, `process.stderr.write(${JSON.stringify(text)});\n${readFileSync(file, "utf8")}`);
  };

  const heard = async (...args: string[]): Promise<string> => {
    const child = spawn(process.execPath, ["bin/cantrip", ...args], { cwd: copy, stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await once(child, "close");
    return text;
  };

  test("is what runs, for as long as its sources are what it was built of", async () => {
    build();
    mark("built;");
    expect(await heard("--version")).toBe("built;");
    setVersion("9.9.9");
    expect(await heard("--version")).toBe("");
    expect(run("--version").trim()).toBe("9.9.9");
  });

  test("is there for the one that runs when a newer one is built, and goes with the next", () => {
    build();
    const [first] = builds();
    setVersion("1.0.1");
    build();
    expect(builds()).toContain(first);
    expect(builds()).toHaveLength(2);
    setVersion("1.0.2");
    build();
    expect(builds()).not.toContain(first);
    expect(builds()).toHaveLength(2);
    expect(run("--version").trim()).toBe("1.0.2");
  });

  test("is built by a server that starts, which then answers from it", async () => {
    const server = spawn(process.execPath, ["bin/cantrip", "serve", "--port", "0", "--json", "--data", "data"], {
      cwd: copy,
      stdio: ["ignore", "pipe", "pipe"],
    });
    try {
      const [line] = (await once(createInterface(server.stdout), "line")) as [string];
      const { listening } = JSON.parse(line) as { listening: string };
      expect(builds()).toHaveLength(1);
      expect((await fetch(`${listening}/readyz`)).status).toBe(200);
    } finally {
      server.kill("SIGTERM");
      await once(server, "close");
    }
    // Searches and counts read on a thread of their own, which is a file of its own.
    expect(readdirSync(join(copy, "dist", builds()[0] ?? ""))).toContain("sqlite-thread-worker.js");
  });

  test("is in letters that V8 keeps at a byte each", () => {
    build();
    const folder = join(copy, "dist", builds()[0] ?? "");
    const wide = readdirSync(folder).filter((name) => /[^\0-\xFF]/.test(readFileSync(join(folder, name), "utf8")));
    expect(wide).toEqual([]);
  });

  test("answers without having read what Node's fetch is made of", async () => {
    build();
    const tell =
      'process.on("exit", () => process.stderr.write(process.moduleLoadList.some((name) => name.includes("undici")) ? "fetch was read" : "fetch was not read"))';
    const server = spawn(process.execPath, ["bin/cantrip", "serve", "--port", "0", "--json", "--data", "data"], {
      cwd: copy,
      env: { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tell)}` },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let told = "";
    server.stderr.on("data", (chunk: Buffer) => (told += chunk.toString()));
    try {
      const [line] = (await once(createInterface(server.stdout), "line")) as [string];
      const { listening } = JSON.parse(line) as { listening: string };
      expect((await fetch(`${listening}/api/v1/openapi.json`)).status).toBe(200);
    } finally {
      server.kill("SIGTERM");
      await once(server, "close");
    }
    expect(told).toMatch(/fetch was not read$/);
  });

  test("is left alone where CANTRIP_BUILD is never", () => {
    const env = { ...process.env, CANTRIP_BUILD: "never" };
    const script =
      'import("./bin/built.js").then(async ({ programReady, programModule }) => { await programReady(); console.log(await programModule()); })';
    const module = execFileSync(process.execPath, ["-e", script], { cwd: copy, env, encoding: "utf8" });
    expect(module).toMatch(/src\/cli\/program\.ts\s*$/);
  });
});
