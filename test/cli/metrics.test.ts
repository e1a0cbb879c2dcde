import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { type Served, serve } from "../support/served.ts";
import { ENGINE } from "../support/test-storage.ts";
import { type Installation, type SetUp, newInstallation, setup } from "./installation.ts";

const RESTING = { CANTRIP_DRAIN_SECONDS: "0" };
const MAIL =
  "From: ruby@customer.example\r\nTo: help@acme.example\r\nSubject: Hello\r\nMessage-ID: <1@x>\r\n\r\nHello\r\n";

describe.skipIf(inject("postgresMissing") !== null)("/metrics", () => {
  let place: Installation;
  let token: string;
  let server: Served;

  beforeAll(async () => {
    place = await newInstallation();
    ({ token } = (await place.run(setup("acme"))).json<SetUp>());
    await place.run("account set --site acme --credits-per-minute 1000 --requests-per-second 0".split(" "));
  });
  afterEach(async () => void (await server.stop("SIGKILL")));
  afterAll(async () => await place.remove());

  const page = async (headers: Record<string, string> = {}): Promise<{ status: number; text: string }> => {
    const got = await fetch(`${server.url}/metrics`, { headers });
    return { status: got.status, text: await got.text() };
  };
  const valueOf = (text: string, name: string, ...labels: string[]): number =>
    Number(
      text
        .split("\n")
        .find(
          (line) =>
            line.startsWith(name) &&
            /[ {]/.test(line[name.length] ?? "") &&
            labels.every((each) => line.includes(each)),
        )
        ?.split(" ")
        .at(-1),
    );
  const api = async (
    path: string,
    init: { method?: string; body?: string; headers?: Record<string, string> } = {},
  ): Promise<number> =>
    (
      await fetch(`${server.url}/api/v1${path}`, {
        ...init,
        headers: { Authorization: `Bearer ${token}`, ...init.headers },
      })
    ).status;

  test("counts requests by route and status, credits, mail, jobs, and the engine's figures", async () => {
    server = await serve(place, [], RESTING);
    expect(await api("/users")).toBe(200);
    expect(await api("/tickets?count=true")).toBe(200);
    expect(await api("/tickets/000000000000000000000000")).toBe(404);
    const mail = { method: "POST", body: MAIL, headers: { "Content-Type": "message/rfc822" } };
    expect(await api("/mail?inbox=help@acme.example", mail)).toBe(202);
    const { status, text } = await page();
    expect(status).toBe(200);
    const count = "cantrip_request_seconds_count";
    expect(valueOf(text, count, 'route="/api/v1/users"', 'status="200"', 'method="GET"')).toBe(1);
    expect(valueOf(text, count, 'route="/api/v1/tickets/:ticket_id"', 'status="404"')).toBe(1);
    expect(valueOf(text, "cantrip_credits_total")).toBe(4);
    expect(valueOf(text, "cantrip_mail_total", 'outcome="ticket"')).toBe(1);
    expect(valueOf(text, "cantrip_mail_pending")).toBe(0);
    expect(valueOf(text, "cantrip_deliveries", 'state="queued"')).toBe(0);
    expect(valueOf(text, "cantrip_mailboxes", 'state="well"')).toBe(0);
    expect(valueOf(text, "cantrip_engine", ENGINE === "sqlite" ? "file_bytes" : "connections")).toBeGreaterThan(0);
    expect(valueOf(text, "nodejs_eventloop_lag_p99_seconds")).toBeGreaterThan(0);
    expect(valueOf(text, "process_resident_memory_bytes")).toBeGreaterThan(1_000_000);
    // Nothing that a client searched for, and nobody's name.
    expect(text).not.toContain("000000000000000000000000");
    expect(text).not.toContain("acme");
  });

  test("has every figure that the dashboard shows", async () => {
    server = await serve(place, [], RESTING);
    const { text } = await page();
    const dashboard = readFileSync(join(import.meta.dirname, "../../deploy/grafana/cantrip.json"), "utf8");
    const shown = new Set(dashboard.match(/\b(cantrip|nodejs|process)_\w+/g));
    expect(shown.size).toBeGreaterThan(12);
    const known = new Set(text.match(/^# TYPE (\w+)/gm)?.map((line) => line.split(" ")[2] ?? ""));
    const isKnown = (name: string): boolean => known.has(name) || known.has(name.replace(/_(bucket|count)$/, ""));
    expect([...shown].filter((name) => !isKnown(name))).toEqual([]);
  });

  test("is there for this machine alone, or for who has the token", async () => {
    server = await serve(place, [], RESTING);
    const proxied = { "X-Forwarded-For": "203.0.113.9" };
    expect((await page()).status).toBe(200);
    expect((await page(proxied)).status).toBe(404);
    expect((await page({ ...proxied, Authorization: `Bearer ${token}` })).status).toBe(404);
    await server.stop("SIGKILL");
    const secret = "0123456789abcdef-metrics";
    server = await serve(place, [], { ...RESTING, CANTRIP_METRICS_TOKEN: secret });
    expect((await page({ ...proxied, Authorization: `Bearer ${secret}` })).status).toBe(200);
    expect((await page({ ...proxied, Authorization: `Bearer ${secret}x` })).status).toBe(404);
    expect((await page(proxied)).status).toBe(404);
  });

  test("is of all workers together, whichever answers", async (context) => {
    if (ENGINE === "sqlite") context.skip("one process serves an embedded database");
    server = await serve(place, ["--workers", "3"], RESTING);
    for (let count = 0; count < 9; count += 1) {
      expect(await api("/users", { headers: { Connection: "close" } })).toBe(200);
    }
    const text = async (): Promise<string> => (await page({ Connection: "close" })).text;
    await expect.poll(async () => valueOf(await text(), "cantrip_credits_total")).toBe(9);
    expect(valueOf(await text(), "cantrip_mailboxes", 'state="well"')).toBe(0);
  });

  test("every line of a request's in the log has its id, and its trace", async () => {
    server = await serve(place, [], { ...RESTING, CANTRIP_LOG_LEVEL: "debug" });
    const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    const headers = { Authorization: `Bearer ${token}`, traceparent: `00-${trace}-00f067aa0ba902b7-01` };
    const got = await fetch(`${server.url}/api/v1/users`, { headers });
    const id = got.headers.get("request-id");
    const lines = (): unknown[] =>
      server.said
        .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as { request?: string }] : []))
        .filter((line) => line.request === id);
    await expect.poll(lines).toEqual([
      expect.objectContaining({
        route: "/api/v1/users",
        method: "GET",
        status: 200,
        credits: 1,
        trace,
        account: expect.any(String),
      }),
    ]);
  });
});
