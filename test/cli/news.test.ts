import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openPostgres } from "../../src/storage/postgres.ts";
import { Db } from "../../src/storage/database.ts";
import { type News, onNews } from "../../src/storage/news.ts";
import { findAccountBySite } from "../../src/storage/accounts.ts";
import { type OpenStream, openStream } from "../support/event-stream.ts";
import { PGBOUNCER_MISSING, startPgBouncer } from "../support/pgbouncer.ts";
import { type Served, serve } from "../support/served.ts";
import { ENGINE, ENGINE_MISSING } from "../support/test-storage.ts";
import { layWire } from "../support/wire.ts";
import { type Installation, type SetUp, newInstallation, setup } from "./installation.ts";

const RESTING = { CANTRIP_DRAIN_SECONDS: "0" };
let mails = 0;
const mail = (): string =>
  `From: ruby@customer.example\r\nTo: help@acme.example\r\nSubject: Hello ${(mails += 1)}\r\n\r\nHello\r\n`;

describe.skipIf(ENGINE === "sqlite" || ENGINE_MISSING !== null)("news of other processes", () => {
  let place: Installation;
  let made: SetUp;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    place = await newInstallation();
    made = (await place.run(setup("acme"))).json<SetUp>();
    await place.run("account set --site acme --credits-per-minute 0 --requests-per-second 0".split(" "));
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });
  afterAll(async () => await place?.remove());

  /** This process as one that listens, and how often it was woken. */
  async function listener(
    urls: { url: string; listenUrl?: string },
    faults: unknown[] = [],
  ): Promise<{ db: Db; woken: Record<News, number> }> {
    const db = new Db(openPostgres({ ...urls, connections: 2 }));
    const account = await findAccountBySite(db, "acme");
    const woken = { events: 0, presences: 0 };
    const stops = (["events", "presences"] as const).map((news) =>
      onNews(news, account?.id ?? "", () => void (woken[news] += 1)),
    );
    ends.push(async () => {
      for (const stop of stops) stop();
      await db.close();
    });
    db.hearOthers((error) => faults.push(error));
    return { db, woken };
  }
  const heard = async (db: Db): Promise<void> =>
    await expect.poll(() => db.hearsOthers, { timeout: 30_000 }).toBe(true);
  const receive = async (env: Record<string, string> = {}): Promise<number | null> =>
    (await place.run("mail receive --site acme --inbox help@acme.example".split(" "), { input: mail(), env })).code;
  const start = async (env: Record<string, string> = {}): Promise<Served> => {
    const server = await serve(place, [], { ...RESTING, ...env });
    ends.push(async () => await server.stop("SIGKILL"));
    return server;
  };
  const watch = async (server: Served): Promise<OpenStream> => {
    const target = { url: server.url } as Parameters<typeof openStream>[0];
    const stream = await openStream(target, { Authorization: `Bearer ${made.token}` });
    ends.push(() => stream.close());
    await stream.until(({ event }) => event === "ready");
    return stream;
  };
  const createTicket = async ({ url }: Served, subject: string): Promise<string> => {
    const response = await fetch(`${url}/api/v1/tickets`, {
      method: "POST",
      headers: { Authorization: `Bearer ${made.token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ type: "email", subject, customer: { first_name: "Ruby", last_name: "Miller" } }),
    });
    expect(response.status).toBe(201);
    return ((await response.json()) as { id: string }).id;
  };

  test("wake those who wait, once for what they did not do themselves", async () => {
    const { db, woken } = await listener({ url: place.databaseUrl ?? "" });
    await heard(db);
    const before = woken.events;
    expect(await receive()).toBe(0);
    await expect.poll(() => woken.events).toBeGreaterThan(before);
    const account = (await findAccountBySite(db, "acme"))?.id ?? "";
    const { events, presences } = woken;
    await db.announce("events", [account]);
    await db.announce("presences", [account]);
    expect(await receive()).toBe(0);
    await expect.poll(() => woken.events).toBeGreaterThan(events);
    // Its own announcement came before, and woke nobody.
    expect(woken.presences).toBe(presences);
  });

  test("reach the streams of another node: events, and who looks at a ticket", async () => {
    const [one, two] = [await start(), await start()];
    const stream = await watch(two);
    const id = await createTicket(one, "Hello");
    const { data } = await stream.until(({ event, data: { items = [] } }) => event === "change" && items[0]?.id === id);
    expect(data.items).toMatchObject([{ kind: "ticket.created" }]);
  });

  test("are heard again after the database closed the connection, and nothing in between is missed", async () => {
    const { db, woken } = await listener({ url: place.databaseUrl ?? "" });
    await heard(db);
    const client = new pg.Client({ connectionString: place.databaseUrl ?? "" });
    await client.connect();
    await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'",
    );
    await client.end();
    await expect.poll(() => db.hearsOthers).toBe(false);
    const before = woken.events;
    expect(await receive()).toBe(0);
    await heard(db);
    expect(woken.events).toBeGreaterThan(before);
  });

  test("that cannot be heard any more, without a word, are looked for instead", { timeout: 90_000 }, async () => {
    const url = new URL(place.databaseUrl ?? "");
    const wire = await layWire(Number(url.port));
    ends.push(async () => await wire.close());
    url.port = String(wire.port);
    const server = await start({ DATABASE_LISTEN_URL: url.href });
    const stream = await watch(server);
    wire.cut();
    // Asked every fifteen seconds whether it hears, it finds out; until then it looks every second, as it was just woken.
    const id = await createTicket(await start(), "While deaf");
    await stream.until(({ event, data: { items = [] } }) => event === "change" && items[0]?.id === id);
    await expect
      .poll(() => server.said.some((line) => line.includes("other processes are not heard")), { timeout: 60_000 })
      .toBe(true);
    const later = await createTicket(await start(), "Known to be deaf");
    await stream.until(({ event, data: { items = [] } }) => event === "change" && items[0]?.id === later);
  });

  describe.skipIf(PGBOUNCER_MISSING !== null)("behind PgBouncer in transaction mode", () => {
    test("arrive by a connection of their own, and everything else works through it", async () => {
      const pooler = await startPgBouncer(place.databaseUrl ?? "");
      ends.push(async () => await pooler.stop());
      const env = { DATABASE_URL: pooler.url, DATABASE_LISTEN_URL: place.databaseUrl ?? "" };
      const { db, woken } = await listener({ url: pooler.url, listenUrl: env.DATABASE_LISTEN_URL });
      await heard(db);
      const before = woken.events;
      expect(await receive(env)).toBe(0);
      await expect.poll(() => woken.events).toBeGreaterThan(before);
      const [one, two] = [await start(env), await start(env)];
      const stream = await watch(two);
      const ids = await Promise.all(
        Array.from({ length: 20 }, async (_, count) => await createTicket(one, `${count}`)),
      );
      for (const id of ids) {
        await stream.until(
          ({ event, data: { items = [] } }) =>
            event === "change" && items.some((item: { id: string }) => item.id === id),
        );
      }
      expect(await one.stop()).toBe(0);
      expect(await two.stop()).toBe(0);
    });

    test("without one are looked for, and the log says what to set", async () => {
      const pooler = await startPgBouncer(place.databaseUrl ?? "");
      ends.push(async () => await pooler.stop());
      const faults: unknown[] = [];
      const { db } = await listener({ url: pooler.url }, faults);
      await expect.poll(() => faults.length, { timeout: 30_000 }).toBe(1);
      expect(String(faults[0])).toContain("DATABASE_LISTEN_URL");
      expect(db.hearsOthers).toBe(false);
    });
  });
});
