import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exchange } from "../support/raw-http.ts";
import { type Got, type TestServer, send, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

const PAGE = "<!doctype html><title>Cantrip</title>";
const SCRIPT = `console.log(${JSON.stringify("a".repeat(600))});`;
const BROWSER = { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

async function buildClient(folder: string, page: string): Promise<void> {
  await mkdir(join(folder, "assets"), { recursive: true });
  await writeFile(join(folder, "index.html"), page);
  await mkdir(join(folder, "icons"), { recursive: true });
  await writeFile(join(folder, "icons/icon.svg"), "<svg/>");
  await writeFile(join(folder, "theme.js"), "theme");
  await writeFile(join(folder, "manifest.webmanifest"), "{}");
  await writeFile(join(folder, "notes.txt"), "not served");
  await writeFile(join(folder, "assets/app-1a2b.js"), SCRIPT);
  await writeFile(join(folder, "assets/app-1a2b.js.br"), brotliCompressSync(SCRIPT));
  await writeFile(join(folder, "assets/app-1a2b.js.gz"), gzipSync(SCRIPT));
  await writeFile(join(folder, "stamp"), "1");
}

describe.skipIf(ENGINE_MISSING !== null)("the web client", () => {
  let folder: string;
  let server: TestServer;
  const get = async (path: string, headers: Record<string, string> = {}): Promise<Got> =>
    await send(server, "GET", path, { headers });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cantrip-web-"));
    await buildClient(folder, PAGE);
    await writeFile(join(folder, "../outside.js"), "outside");
    server = await startTestServer({}, undefined, folder);
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
    await rm(join(folder, "../outside.js"), { force: true });
  });

  test("answers a browser on every path that may be a screen with its page", async () => {
    for (const path of [
      "/",
      "/inbox/mine",
      "/inbox/i/5f6e/t/7a8b?x=1",
      "/settings/people",
      "/signin",
      "/index.html",
      "/apiary",
    ]) {
      const got = await get(path, BROWSER);
      expect([path, got.status, got.text]).toEqual([path, 200, PAGE]);
      expect(got.headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(got.headers["cache-control"]).toBe("no-cache");
    }
  });

  test("leaves the paths of others alone, and programs that want no page", async () => {
    for (const path of [
      "/api",
      "/api/v2/tickets",
      "/API/v1/users",
      "/view/x",
      "/docs/x",
      "/metrics/x",
      "/assets/gone-1.js",
      "/icons/gone.png",
    ]) {
      const got = await get(path, BROWSER);
      expect([path, got.status]).toEqual([path, 404]);
      expect(got.text).not.toContain("<!doctype");
    }
    expect((await get("/inbox/mine")).text).toBe(`{"message":"Not Found"}`);
    expect((await get("/inbox/mine", { Accept: "application/json" })).status).toBe(404);
    expect((await send(server, "POST", "/inbox/mine", { headers: BROWSER })).status).toBe(404);
  });

  test("lets no script run but its own files, and no page frame it", async () => {
    const { headers } = await get("/", BROWSER);
    const policy = new Map(
      String(headers["content-security-policy"])
        .split("; ")
        .map((part) => [part.slice(0, part.indexOf(" ")), part.slice(part.indexOf(" ") + 1)]),
    );
    expect(Object.fromEntries(policy)).toMatchObject({
      "default-src": "'none'",
      "script-src": "'self'",
      "style-src": "'self'",
      "connect-src": "'self'",
      "frame-src": "'self'",
      "frame-ancestors": "'none'",
      "base-uri": "'none'",
      "object-src": "'none'",
      "form-action": "'self'",
    });
    expect([...policy.values()].join(" ")).not.toMatch(/unsafe|https?:|\*/);
    expect(headers["referrer-policy"]).toBe("same-origin");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    expect(headers["permissions-policy"]).toContain("camera=()");
  });

  test("serves what is named by its content for a year, icons for a day, and the rest to be asked for again", async () => {
    const script = await get("/assets/app-1a2b.js");
    expect(script.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(script.headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect(script.text).toBe(SCRIPT);
    const theme = await get("/theme.js");
    expect(theme.headers["cache-control"]).toBe("no-cache");
    expect((await get("/icons/icon.svg")).headers["cache-control"]).toBe("public, max-age=86400");
    const again = await get("/theme.js", { "If-None-Match": String(theme.headers.etag) });
    expect([again.status, again.text]).toEqual([304, ""]);
    expect((await get("/manifest.webmanifest")).headers["content-type"]).toBe(
      "application/manifest+json; charset=utf-8",
    );
  });

  test("sends what was compressed when it was built", async () => {
    const coding = async (accept: string): Promise<unknown> =>
      (await get("/assets/app-1a2b.js", { "Accept-Encoding": accept })).headers["content-encoding"];
    expect(await coding("gzip, deflate, br")).toBe("br");
    expect(await coding("gzip;q=1.0, br;q=0")).toBe("gzip");
    expect(await coding("identity")).toBeUndefined();
    const length = (await get("/assets/app-1a2b.js", { "Accept-Encoding": "br" })).headers["content-length"];
    expect(Number(length)).toBe(brotliCompressSync(SCRIPT).length);
    expect((await get("/assets/app-1a2b.js")).headers.vary).toMatch(/accept-encoding/i);
  });

  test("answers HEAD like GET, without the body", async () => {
    const got = await send(server, "HEAD", "/", { headers: BROWSER });
    expect([got.status, got.text]).toEqual([200, ""]);
    expect(got.headers["content-length"]).toBe(String(PAGE.length));
    expect(got.headers["content-security-policy"]).toBeDefined();
  });

  test("reaches nothing outside its folder, and no file that is no part of a page", async () => {
    const paths = [
      "/../outside.js",
      "/assets/../../outside.js",
      "/%2e%2e/outside.js",
      "/..%2foutside.js",
      "/assets/..%5c..%5coutside.js",
      "//outside.js",
      "/stamp",
      "/notes.txt",
      "/assets/app-1a2b.js.br",
    ];
    for (const path of paths) {
      const got = await exchange(server, [`GET ${path} HTTP/1.1`, "Host: 127.0.0.1"]);
      expect([path, got.status]).toEqual([path, 404]);
      expect(got.text).not.toContain("outside");
    }
  });

  test("T2: is refused over plain HTTP from elsewhere", async () => {
    for (const path of ["/", "/inbox/mine", "/assets/app-1a2b.js"]) {
      const got = await get(path, { ...BROWSER, "X-Forwarded-For": "203.0.113.7" });
      expect([path, got.status]).toEqual([path, 403]);
    }
  });

  test("is replaced while the server runs when it is built anew", async () => {
    const other = await mkdtemp(join(tmpdir(), "cantrip-web-"));
    const fresh = await startTestServer({}, undefined, other);
    try {
      const missing = await send(fresh, "GET", "/", { headers: BROWSER });
      expect(missing.status).toBe(503);
      expect(missing.text).toContain("npm run build:web");
      expect((await send(fresh, "GET", "/healthz")).status).toBe(200);
      await buildClient(other, PAGE);
      expect((await send(fresh, "GET", "/", { headers: BROWSER })).text).toBe(PAGE);
      await buildClient(other, "<!doctype html>new");
      await utimes(join(other, "stamp"), new Date(), new Date(Date.now() + 5000));
      expect((await send(fresh, "GET", "/inbox/mine", { headers: BROWSER })).text).toBe("<!doctype html>new");
    } finally {
      await fresh.close();
      await rm(other, { recursive: true, force: true });
    }
  });
});
