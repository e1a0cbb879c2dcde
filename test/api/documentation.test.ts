import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { document } from "../support/openapi-check.ts";
import { exchangeBytes } from "../support/raw-http.ts";
import { type Got, type TestServer, send, sharedServer } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let server: TestServer;
beforeAll(async () => {
  if (ENGINE_MISSING === null) server = await sharedServer();
});

const get = async (path: string): Promise<Got> => await send(server, "GET", path);

/** What a page loads: the values of src and href. */
function loadedBy(html: string): string[] {
  return [...html.matchAll(/\s(?:src|href)="([^"]*)"/g)].map(([, address = ""]) => address);
}

const FOREIGN = /(?:https?:)?\/\/[a-z0-9-]+\.[a-z]/i;

describe.skipIf(ENGINE_MISSING !== null)("the documentation at /docs", () => {
  test("is a page that loads everything from this server, and all of it is there", async () => {
    const page = await get("/docs");
    expect(page.status).toBe(200);
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(page.text).toContain("<title>Cantrip API</title>");
    expect(page.text).not.toMatch(FOREIGN);
    const loaded = loadedBy(page.text);
    expect(loaded.some((address) => address.endsWith(".js"))).toBe(true);
    expect(loaded.some((address) => address.endsWith(".css"))).toBe(true);
    for (const address of loaded) {
      const { origin, pathname } = new URL(address, `${server.url}/docs`);
      expect(origin).toBe(server.url);
      const got = await get(pathname);
      expect(got.status, pathname).toBe(200);
      if (pathname.endsWith(".css")) {
        const urls = [...got.text.matchAll(/url\(\s*["']?([^"')]+)/g)].map(([, url = ""]) => url);
        expect(urls.filter((url) => !url.startsWith("data:"))).toEqual([]);
        expect(got.text).not.toMatch(/@import/);
      }
    }
  });

  test("runs nothing inline, and its policy lets it reach no other host", async () => {
    for (const path of ["/docs", "/docs/", "/docs/static/swagger-initializer.js", "/docs/json"]) {
      const got = await get(path);
      expect(got.status, path).toBe(200);
      const policy = String(got.headers["content-security-policy"]);
      const directives = new Map(policy.split(";").map((each) => each.trim().split(/\s+(.*)/s, 2) as [string, string]));
      expect(directives.get("default-src")).toBe("'self'");
      for (const name of ["script-src", "style-src", "connect-src", "font-src", "frame-src", "worker-src"]) {
        expect(directives.get(name) ?? "'self'", name).toBe("'self'");
      }
      expect(directives.get("img-src")).toBe("'self' data:");
      expect(directives.get("object-src")).toBe("'none'");
      expect(directives.get("base-uri")).toBe("'none'");
      expect(directives.get("frame-ancestors")).toBe("'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*|ws:/);
    }
    const { text } = await get("/docs");
    expect(
      [...text.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)].filter(([, , code = ""]) => code.trim() !== ""),
    ).toEqual([]);
    expect(text).not.toMatch(/<style\b|\sstyle=|\son[a-z]+=/);
  });

  test("is set up with try-it, this server's description, and no validator elsewhere", async () => {
    const { text } = await get("/docs/static/swagger-initializer.js");
    const config = JSON.parse(/const config = (\{.*\})/.exec(text)?.[1] ?? "null");
    expect(config).toMatchObject({
      tryItOutEnabled: true,
      validatorUrl: null,
      persistAuthorization: false,
      layout: "BaseLayout",
    });
    expect(text).toContain("url: resolveUrl('./json')");
    const namespaces = /http:\/\/www\.w3\.org\/[a-z0-9/]+|https:\/\/stackoverflow\.com\S+/gi;
    expect(text.replace(namespaces, "")).not.toMatch(FOREIGN);
  });

  test("shows the same description as the API, whose server is this one", async () => {
    const shown = (await get("/docs/json")).body;
    expect(shown).toEqual((await get("/api/v1/openapi.json")).body);
    expect(shown.servers).toEqual([{ url: "/api/v1" }]);
    expect(JSON.stringify(document)).not.toMatch(FOREIGN);
  });

  test("is compressed as the browser takes it, and not sent where it has been", async () => {
    const ask = async (path: string, ...headers: string[]) =>
      await exchangeBytes(
        server,
        Buffer.from([`GET ${path} HTTP/1.1`, "Host: x", "Connection: close", ...headers, "", ""].join("\r\n")),
      );
    for (const path of ["/docs/json", "/docs/static/swagger-ui.css"]) {
      const plain = await ask(path);
      const gzip = await ask(path, "Accept-Encoding: gzip");
      const brotli = await ask(path, "Accept-Encoding: gzip, deflate, br");
      expect([plain, gzip, brotli].map((got) => got.header("content-encoding"))).toEqual([undefined, "gzip", "br"]);
      expect([plain, gzip, brotli].map((got) => got.header("vary"))).toEqual(Array(3).fill("Accept-Encoding"));
      expect(gunzipSync(gzip.bytes).equals(plain.bytes)).toBe(true);
      expect(brotliDecompressSync(brotli.bytes).equals(plain.bytes)).toBe(true);
    }
    expect((await ask("/docs", "Accept-Encoding: gzip")).header("content-encoding")).toBeUndefined();
    const known = String((await get("/docs/static/swagger-ui.css")).headers.etag);
    const again = await ask("/docs/static/swagger-ui.css", `If-None-Match: ${known}`);
    expect([again.status, again.text]).toEqual([304, ""]);
    expect((await send(server, "HEAD", "/docs")).status).toBe(200);
  });

  test("gives no file but its own", async () => {
    for (const path of [
      "/docs/static/../package.json",
      "/docs/static/%2e%2e/package.json",
      "/docs/static/..%2f..%2fpackage.json",
      "/docs/static/%2e%2e%2f%2e%2e%2f%2e%2e%2fpackage.json",
      "/docs/static/..%5c..%5cpackage.json",
      "/docs/static/%00",
      "/docs/static/nothing.js",
      "/docs/nothing",
    ]) {
      const got = await get(path);
      expect([path, got.status >= 400 && got.status < 500]).toEqual([path, true]);
      expect(Object.keys(got.body)).toEqual(["message"]);
      expect(got.text).not.toMatch(/version|node_modules|\/static\//);
    }
  });
});
