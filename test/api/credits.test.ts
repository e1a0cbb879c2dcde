import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createToken } from "../../src/desk/create-token.ts";
import { newAccount } from "../../src/desk/set-up-account.ts";
import { Faults } from "../../src/domain/faults.ts";
import { setClock } from "../../src/domain/time.ts";
import { updateAccount } from "../../src/storage/accounts.ts";
import { exchange } from "../support/raw-http.ts";
import { type Got, type TestDesk, openDesk, send, startTestServer } from "../support/test-api.ts";
import { ENGINE, ENGINE_MISSING } from "../support/test-storage.ts";

/** The rate headers of an answer, as numbers: limit, remaining, used, reset. */
function rate({ headers }: Got): number[] {
  const names = ["rate-limit-limit", "rate-limit-remaining", "rate-limit-used", "rate-limit-reset"];
  return names.map((name) => (/^\d+$/.test(String(headers[name])) ? Number(headers[name]) : Number.NaN));
}

const usedOf = (got: Got): number => rate(got)[2] ?? Number.NaN;

let sinceStart = 0;
/** Lets time pass for the account's windows: by our clock where the meter is ours, else in the database, whose clock counts. */
async function letPass({ server, account }: TestDesk, milliseconds: number): Promise<void> {
  sinceStart += milliseconds;
  const offset = sinceStart;
  if (ENGINE === "sqlite") {
    const start = Date.now();
    setClock(() => start + offset);
    return;
  }
  await server.storage.db.transact(async (tx) => {
    await sql`update credit_windows set minute_start = minute_start - ${milliseconds}::bigint,
      second_start = second_start - ${milliseconds + HELD}::bigint where account_id = ${account.id}`.execute(tx.query);
  });
}

/**
 * Keeps the second that is open from ending by itself, however slow the machine: until `letPass`. On SQLite the clock
 * stands still already.
 */
async function holdSecond({ server, account }: TestDesk): Promise<void> {
  if (ENGINE === "sqlite") return;
  await server.storage.db.transact(async (tx) => {
    await sql`update credit_windows set second_start = second_start + ${HELD}::bigint
      where account_id = ${account.id}`.execute(tx.query);
  });
}

const HELD = 3_600_000;

async function setLimits({ server, account }: TestDesk, credits: number, requests: number): Promise<void> {
  await server.storage.db.transact(async (tx) => {
    await updateAccount(tx, account.id, { credits_per_minute: credits, requests_per_second: requests });
  });
}

async function windowRows({ server, account }: TestDesk): Promise<number> {
  const { rows } = await sql`select 1 from credit_windows where account_id = ${account.id}`.execute(
    server.storage.db.query,
  );
  return rows.length;
}

describe.skipIf(ENGINE_MISSING !== null)("credits", () => {
  beforeEach(() => {
    sinceStart = 0;
  });
  afterEach(() => setClock());

  test("C1: a request costs 1, each distinct recognised embed 1, and a count 1", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    await setLimits(desk, 200, 0);
    const prices: [number, string][] = [
      [1, "/tickets"],
      [1, `/tickets/${id}`],
      [2, `/tickets/${id}?embed=customer`],
      [3, `/tickets/${id}?embed=customer,messages,customer`],
      [2, `/tickets/${id}?embed=customers,customer&embed=customer`],
      [1, `/tickets/${id}?embed=group,nonsense,`],
      [6, "/tickets?embed=user,inbox,customer,labels,messages"],
      [7, "/tickets?embed=users,inboxes,customers,label,message,group&count=true"],
      [2, "/tickets?count=true"],
      [2, "/tickets?count=true&per_page=0"],
      [1, "/tickets?count=false&envelope=false"],
      [1, "/tickets?count=1"],
      [1, "/tickets?envelope=true"],
      [2, "/customers?count=true"],
      [2, "/users?count=true"],
      [2, `/tickets/${id}/messages?count=true`],
      [1, `/tickets/${id}?count=true`],
      [1, "/users?embed=user,inbox"],
      [1, "/customers?embed=customer"],
      [1, "/labels"],
    ];
    let left = 200;
    for (const [price, path] of prices) {
      const got = await desk.get(path);
      left -= price;
      expect([path, got.status, ...rate(got).slice(0, 3)]).toEqual([path, 200, 200, left, price]);
    }
  });

  test("C1: a write costs 1, whatever its query says", async () => {
    const desk = await openDesk({ credits_per_minute: 100 });
    const created = await desk.post("/tickets?embed=customer&count=true", {
      type: "email",
      subject: "x",
      customer: {},
    });
    expect([created.status, usedOf(created)]).toEqual([201, 1]);
    expect(usedOf(await desk.patch(`/tickets/${created.body.id}?embed=customer`, {}))).toBe(1);
    const { body: label } = await desk.post("/labels", { name: "VIP" });
    const put = await desk.ask("PUT", `/tickets/${created.body.id}/labels/${label.id}?count=true`);
    expect([put.status, usedOf(put)]).toEqual([204, 1]);
    const file = await desk.post("/attachments", { name: "a.txt", type: "text/plain", data: "aGVsbG8=" });
    const bytes = await desk.get(`/attachments/${file.body.id}/content`);
    expect([bytes.text, ...rate(bytes).slice(0, 3)]).toEqual(["hello", 100, 94, 1]);
  });

  test("C1: a 404 gives its price back; a 304 and every other 4xx cost 1", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const { etag = "" } = (await desk.get(`/tickets/${id}?embed=customer,messages`)).headers;
    await setLimits(desk, 50, 0);
    const unknown = "0".repeat(24);
    const typed = { "Content-Type": "text/plain" };
    const cases: [number, number, () => Promise<Got>][] = [
      [404, 0, async () => await desk.get(`/tickets/${unknown}?embed=customer,messages`)],
      [404, 0, async () => await desk.get(`/customers/${unknown}/tickets?count=true`)],
      [404, 0, async () => await desk.get("/nothing")],
      [404, 0, async () => await desk.patch(`/tickets/${unknown}`, {})],
      [404, 0, async () => await desk.get(`/attachments/${unknown}/content`)],
      [304, 1, async () => await desk.get(`/tickets/${id}?embed=customer,messages`, { "If-None-Match": etag })],
      [400, 1, async () => await desk.get("/tickets?page=0&embed=customer&count=true")],
      [400, 1, async () => await desk.get("/tickets?state=%zz&count=true")],
      [400, 1, async () => await desk.get(`/tickets?embed=customer,${"x,".repeat(600)}`)],
      [405, 1, async () => await desk.ask("DELETE", "/tickets")],
      [412, 1, async () => await desk.patch(`/tickets/${id}`, {}, { "If-Match": `"99"` })],
      [415, 1, async () => await desk.post("/tickets", {}, typed)],
      [422, 1, async () => await desk.post("/tickets", {})],
    ];
    let left = 50;
    for (const [status, price, ask] of cases) {
      const got = await ask();
      left -= price;
      expect([got.status, ...rate(got).slice(0, 3)]).toEqual([status, 50, left, price]);
    }
    expect(rate(await desk.get("/users"))[1]).toBe(left - 1);
  });

  test("C1: a request is admitted only if its full price is left", async () => {
    const desk = await openDesk({ credits_per_minute: 3 });
    const dear = await desk.get("/tickets?embed=user,inbox&count=true");
    expect([dear.status, ...rate(dear).slice(0, 3)]).toEqual([429, 3, 3, 0]);
    const fits = await desk.get("/tickets?embed=user&count=true");
    expect([fits.status, ...rate(fits).slice(0, 3)]).toEqual([200, 3, 0, 3]);
    expect((await desk.get("/users")).status).toBe(429);
    // Also what would have cost nothing in the end.
    expect((await desk.get("/nothing")).status).toBe(429);
  });

  test("C1: the minute is a fixed window that its first request opens", async () => {
    const desk = await openDesk({ credits_per_minute: 2 });
    await letPass(desk, 0);
    expect(rate(await desk.get("/users"))).toEqual([2, 1, 1, 60]);
    await letPass(desk, 30_000);
    const [, remaining, , reset = 0] = rate(await desk.get("/users"));
    expect([remaining, reset > 25 && reset <= 30]).toEqual([0, true]);
    expect((await desk.get("/users")).status).toBe(429);
    await letPass(desk, 25_000);
    expect((await desk.get("/users")).status).toBe(429);
    await letPass(desk, 10_000);
    expect(rate(await desk.get("/users"))).toEqual([2, 1, 1, 60]);
  });

  test("C1: the second is a window of its own, in which a 404 counts too", async () => {
    const desk = await openDesk({ credits_per_minute: 0, requests_per_second: 3 });
    await letPass(desk, 0);
    expect((await desk.get("/users")).status).toBe(200);
    await holdSecond(desk);
    const statuses: number[] = [];
    for (const path of ["/nothing", "/users", "/users"]) statuses.push((await desk.get(path)).status);
    expect(statuses).toEqual([404, 200, 429]);
    await letPass(desk, 1100);
    expect((await desk.get("/users")).status).toBe(200);
  });

  test("C1: the limits are the account's, across tokens and endpoints, and no other account's", async () => {
    const desk = await openDesk({ credits_per_minute: 4 });
    const other = await openDesk({ credits_per_minute: 4 });
    const { db } = desk.server.storage;
    const second = await db.transact(async (tx) => await createToken(tx, desk.account.id, "Second", new Faults()));
    const headers = { Authorization: `Bearer ${second.token}` };
    const left = [
      await desk.get("/users"),
      await desk.get("/labels", headers),
      await desk.get("/tickets"),
      await desk.get("/users", headers),
    ];
    expect(left.map((got) => rate(got)[1])).toEqual([3, 2, 1, 0]);
    expect((await desk.get("/inboxes", headers)).status).toBe(429);
    expect(rate(await other.get("/users"))[1]).toBe(3);
  });

  test("C1: an account starts with 100 credits a minute and 6 requests a second, and both can be set", async () => {
    expect(newAccount("x", "X")).toMatchObject({ credits_per_minute: 100, requests_per_second: 6 });
    const desk = await openDesk({ credits_per_minute: 100, requests_per_second: 6 });
    expect(rate(await desk.get("/users"))[0]).toBe(100);
    await setLimits(desk, 7, 0);
    expect(rate(await desk.get("/users")).slice(0, 2)).toEqual([7, 5]);
  });

  test("C2: every authenticated response has the four headers, as whole numbers", async () => {
    const desk = await openDesk({ credits_per_minute: 100 });
    const { id } = await desk.ticket();
    const { etag = "" } = (await desk.get(`/tickets/${id}`)).headers;
    const basic = { Authorization: `Basic ${Buffer.from(`${desk.token}:X`).toString("base64")}` };
    const answers = [
      await desk.get("/users"),
      await desk.post("/labels", { name: "VIP" }),
      await desk.ask("DELETE", `/customers/${(await desk.ticket()).customer_id}/contacts/x`),
      await desk.get(`/tickets/${id}`, { "If-None-Match": etag }),
      await desk.get("/nothing"),
      await desk.get("/tickets/%zz"),
      await desk.ask("PUT", "/tickets"),
      await desk.post("/labels", {}, { "Content-Type": "text/plain" }),
      await desk.post("/labels", {}),
      await desk.post("/labels", { name: "foreign" }, { ...basic, "Sec-Fetch-Site": "cross-site" }),
      await desk.ask("HEAD", "/users"),
      await desk.get("/users?envelope=true"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 201, 404, 304, 404, 400, 405, 415, 422, 403, 200, 200]);
    for (const got of answers) {
      const [limit, remaining = 0, used = 0, reset = 0] = rate(got);
      expect([limit, remaining < 100, used < 2, reset >= 1 && reset <= 60]).toEqual([100, true, true, true]);
    }
    const raw = await exchange(desk.server, [
      "GET /api/v1/users HTTP/1.1",
      "Host: x",
      `Authorization: Bearer ${desk.token}`,
    ]);
    const names = raw.lines.map((line) => line.split(":")[0]);
    expect(names).toEqual(
      expect.arrayContaining(["Rate-Limit-Limit", "Rate-Limit-Remaining", "Rate-Limit-Used", "Rate-Limit-Reset"]),
    );
  });

  test("C2: a 401, and what no account is asked for, has none", async () => {
    const desk = await openDesk({ credits_per_minute: 100 });
    const answers = [
      await send(desk.server, "GET", "/api/v1/users"),
      await desk.get("/users", { Authorization: "Bearer wrong" }),
      await desk.get("/users", { "X-Forwarded-Proto": "http" }),
      await send(desk.server, "GET", "/api/v1/openapi.json"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 403, 200]);
    const names = answers.flatMap(({ headers }) => Object.keys(headers));
    expect(names.filter((name) => name.startsWith("rate-limit"))).toEqual([]);
  });

  test("C2: unlimited is shown as a million, with the true price", async () => {
    const desk = await openDesk();
    expect(rate(await desk.get("/tickets?embed=user,inbox&count=true"))).toEqual([1_000_000, 1_000_000, 4, 60]);
    expect(rate(await desk.get("/nothing"))).toEqual([1_000_000, 1_000_000, 0, 60]);
    expect(rate(await desk.post("/labels", {}))).toEqual([1_000_000, 1_000_000, 1, 60]);
    const bursting = await openDesk({ requests_per_second: 100 });
    expect(rate(await bursting.get("/tickets?count=true"))).toEqual([1_000_000, 1_000_000, 2, 60]);
  });

  test("C3: over the limit nothing is done, and Retry-After is Rate-Limit-Reset", async () => {
    const desk = await openDesk({ credits_per_minute: 1 });
    await desk.get("/users");
    const refused = await desk.post("/labels", { name: "Too much" });
    expect([refused.status, Object.keys(refused.body)]).toEqual([429, ["message"]]);
    const [limit, remaining, used, reset = 0] = rate(refused);
    expect([limit, remaining, used]).toEqual([1, 0, 0]);
    expect(reset).toBeGreaterThan(50);
    expect(refused.headers["retry-after"]).toBe(String(reset));
    const enveloped = await desk.get("/users?envelope=true");
    expect(enveloped.body).toMatchObject({
      status: 429,
      headers: { "Retry-After": expect.any(Number), "Rate-Limit-Used": 0 },
    });
    expect(enveloped.body.headers["Retry-After"]).toBe(enveloped.body.headers["Rate-Limit-Reset"]);
    await setLimits(desk, 100, 0);
    expect((await desk.get("/labels")).body).toEqual([]);
    // The refused ones cost nothing.
    expect(rate(await desk.get("/labels"))[1]).toBe(97);
  });

  test("C3: on a burst both are 1, and the credits are as they were", async () => {
    const desk = await openDesk({ credits_per_minute: 50, requests_per_second: 2 });
    await letPass(desk, 0);
    await desk.get("/users");
    await holdSecond(desk);
    await desk.get("/users");
    const refused = await desk.post("/labels", { name: "Too fast" });
    expect([refused.status, ...rate(refused), refused.headers["retry-after"]]).toEqual([429, 50, 48, 0, 1, "1"]);
    await letPass(desk, 1100);
    expect((await desk.get("/labels")).body).toEqual([]);
    const unlimited = await openDesk({ requests_per_second: 1 });
    await letPass(unlimited, 0);
    await unlimited.get("/users");
    await holdSecond(unlimited);
    const burst = await unlimited.get("/users");
    expect([burst.status, ...rate(burst), burst.headers["retry-after"]]).toEqual([
      429,
      1_000_000,
      1_000_000,
      0,
      1,
      "1",
    ]);
  });

  test("C4: requests that arrive at once never pass the limit together", async () => {
    const desk = await openDesk({ credits_per_minute: 10 });
    const all = await Promise.all(Array.from({ length: 25 }, async () => await desk.get("/users")));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(10);
    const left = all.filter(({ status }) => status === 200).map((got) => rate(got)[1]);
    expect(left.toSorted((a = 0, b = 0) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("C4: on PostgreSQL the limits hold for every server of the database", async (context) => {
    if (ENGINE === "sqlite") context.skip("one process serves an embedded database");
    const servers = await Promise.all([startTestServer(), startTestServer()]);
    const desk = await openDesk({ credits_per_minute: 9 }, servers[0]);
    const headers = { Authorization: `Bearer ${desk.token}` };
    const all = await Promise.all(
      Array.from(
        { length: 20 },
        async (_, index) => await send(servers[index % 2] ?? desk.server, "GET", "/api/v1/users", { headers }),
      ),
    );
    expect(all.filter(({ status }) => status === 200)).toHaveLength(9);
    const refund = await openDesk({ credits_per_minute: 3 }, servers[1]);
    const second = { Authorization: `Bearer ${refund.token}` };
    for (const server of servers) await send(server, "GET", "/api/v1/nothing", { headers: second });
    expect(rate(await refund.get("/users"))[1]).toBe(2);
    for (const server of servers) await server.close();
  });

  test("C4: what is counted is in memory, or on PostgreSQL in an unlogged row, and nowhere for an unlimited account", async () => {
    const limited = await openDesk({ credits_per_minute: 9 });
    const unlimited = await openDesk();
    await limited.get("/users");
    await unlimited.get("/users");
    expect(await windowRows(limited)).toBe(ENGINE === "sqlite" ? 0 : 1);
    expect(await windowRows(unlimited)).toBe(0);
    if (ENGINE === "sqlite") return;
    const { rows } = await sql`select relpersistence::text from pg_class where relname = 'credit_windows'`.execute(
      limited.server.storage.db.query,
    );
    expect(rows).toEqual([{ relpersistence: "u" }]);
  });
});
