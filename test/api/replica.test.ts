import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openStorage } from "../../src/storage/open.ts";
import { type PostgresServer, startOwnPostgres } from "../support/postgres-server.ts";
import { type TestDesk, type TestServer, clientOf, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE, ENGINE_MISSING, type TestStorage, createTestDatabase } from "../support/test-storage.ts";
import { type Wire, layWire } from "../support/wire.ts";

/** A primary, its replica, and two nodes that use both: what one writes the other reads. */
describe.skipIf(ENGINE === "sqlite" || ENGINE_MISSING !== null)("a streaming replica", () => {
  const servers: PostgresServer[] = [];
  const nodes: TestServer[] = [];
  const storages: TestStorage[] = [];
  let wire: Wire;
  let replica: pg.Client;
  let desk: TestDesk;
  /** The same person at the other node. */
  let elsewhere: Pick<TestDesk, "get" | "post">;

  beforeAll(async () => {
    const primary = await started({});
    const standby = await started({ replicaOf: primary.url });
    wire = await layWire(Number(new URL(standby.url).port));
    const url = new URL(standby.url);
    url.port = String(wire.port);
    for (let count = 0; count < 2; count += 1) {
      const place = { ...(await createTestDatabase("sqlite")), databaseUrl: primary.url, databaseReadUrl: url.href };
      const storage = { ...place, ...(await openStorage({ ...place, strict: true })) };
      storages.push(storage);
      nodes.push(await startTestServer({}, storage));
    }
    const [one, two] = nodes as [TestServer, TestServer];
    desk = await openDesk({}, one);
    elsewhere = clientOf(two, () => ({ Authorization: `Bearer ${desk.token}` }));
    replica = new pg.Client({ connectionString: standby.url });
    replica.on("error", () => undefined);
    await replica.connect();
  });
  afterEach(async () => {
    wire.mend();
    await replica.query("select pg_wal_replay_resume()");
  });
  afterAll(async () => {
    await replica?.end();
    for (const each of nodes) await each.close();
    for (const each of storages) {
      await each.close();
      await each.remove();
    }
    await wire?.close();
    for (const each of servers.toReversed()) await each.stop();
  });

  async function started(options: Parameters<typeof startOwnPostgres>[0]): Promise<PostgresServer> {
    const server = await startOwnPostgres(options);
    if ("missing" in server) throw new Error(server.missing);
    servers.push(server);
    return server;
  }
  const figures = async (): Promise<Record<string, number>> => {
    const [one = {}, two = {}] = await Promise.all(storages.map(async ({ db }) => await db.engineFigures()));
    return Object.fromEntries(Object.keys(one).map((name) => [name, (one[name] ?? 0) + (two[name] ?? 0)]));
  };
  /** How often the replica answered while `work` ran. */
  const answeredBy = async (work: () => Promise<unknown>): Promise<number> => {
    const before = (await figures())["replica_reads"] ?? 0;
    await work();
    return ((await figures())["replica_reads"] ?? 0) - before;
  };
  const caughtUp = async (): Promise<void> =>
    await expect
      .poll(async () => await answeredBy(async () => await desk.get("/tickets?per_page=1")), { interval: 50 })
      .toBeGreaterThan(0);

  test("answers lists, searches and counts once it has what was written", async () => {
    const { id } = await desk.ticket({ messages: [{ type: "note", user_id: desk.user.id, body: "pelican" }] });
    await caughtUp();
    for (const path of ["/tickets?count=true", "/tickets?q=pelican", "/customers?count=true", "/folders"]) {
      expect(await answeredBy(async () => await elsewhere.get(path)), path).toBeGreaterThan(0);
    }
    expect((await elsewhere.get("/tickets?q=pelican")).body).toMatchObject([{ id }]);
    // One ticket is read by its key, on the primary.
    expect(await answeredBy(async () => await desk.get(`/tickets/${id}`))).toBe(0);
  });

  test("is passed over while it lacks what the account wrote, at whichever node", async () => {
    await caughtUp();
    await replica.query("select pg_wal_replay_pause()");
    const before = Number((await desk.get("/tickets?count=true")).headers["total-count"]);
    const { id } = await desk.ticket({ messages: [{ type: "note", user_id: desk.user.id, body: "heron" }] });
    for (const client of [desk, elsewhere]) {
      expect((await client.get("/tickets?q=heron")).body).toMatchObject([{ id }]);
      expect((await client.get("/tickets?count=true")).headers["total-count"]).toBe(String(before + 1));
      expect(await answeredBy(async () => await client.get("/tickets"))).toBe(0);
    }
    expect((await figures())["replica_behind"]).toBeGreaterThan(0);
    await replica.query("select pg_wal_replay_resume()");
    await caughtUp();
  });

  test("lacks nothing for one account when another one writes", async () => {
    const other = await openDesk({}, nodes[1]);
    await caughtUp();
    await replica.query("select pg_wal_replay_pause()");
    await other.ticket();
    expect(await answeredBy(async () => await desk.get("/tickets"))).toBeGreaterThan(0);
    expect(await answeredBy(async () => await other.get("/tickets"))).toBe(0);
  });

  test("that lags by a second never hides a writer's own writes", async () => {
    await replica.query("alter system set recovery_min_apply_delay = '1s'");
    await replica.query("select pg_reload_conf()");
    try {
      for (let count = 0; count < 15; count += 1) {
        const { id } = await desk.ticket({ subject: `Lag ${count}` });
        const client = count % 2 === 0 ? elsewhere : desk;
        expect((await client.get("/tickets?sort=-created_at&per_page=1")).body).toMatchObject([{ id }]);
        const { status } = await client.post(`/tickets/${id}/messages`, {
          type: "note",
          user_id: desk.user.id,
          body: `w${count}x`,
        });
        expect(status).toBe(201);
        expect((await elsewhere.get(`/tickets?q=w${count}x`)).body).toMatchObject([{ id }]);
      }
    } finally {
      await replica.query("alter system reset recovery_min_apply_delay");
      await replica.query("select pg_reload_conf()");
    }
  });

  test("that is gone, or does not answer any more, is replaced by the primary, and used again when it is back", async () => {
    for (const fault of ["refuse", "cut"] as const) {
      await caughtUp();
      wire[fault]();
      const began = performance.now();
      for (let count = 0; count < 4; count += 1) {
        expect((await elsewhere.get("/tickets")).status).toBe(200);
        expect((await desk.get("/tickets?q=heron&count=true")).status).toBe(200);
      }
      // Three seconds at most for each node to find out.
      expect(performance.now() - began).toBeLessThan(15_000);
      expect((await figures())["replica_away"]).toBe(2);
      wire.mend();
    }
    await caughtUp();
  });

  test("that the nodes find no mark of, as after a crash of the primary, has to be as far as now", async () => {
    await caughtUp();
    await replica.query("select pg_wal_replay_pause()");
    const client = new pg.Client({ connectionString: storages[0]?.databaseUrl ?? "" });
    await client.connect();
    await client.query("truncate write_positions");
    await client.query("update tickets set subject = 'Changed beside'");
    await client.end();
    expect((await desk.get("/tickets?per_page=1")).body).toMatchObject([{ subject: "Changed beside" }]);
  });

  test("that is none is left alone", async () => {
    const place = { ...(await createTestDatabase("sqlite")), databaseUrl: servers[0]?.url ?? "" };
    const storage = await openStorage({ ...place, databaseReadUrl: place.databaseUrl });
    const { query } = (await storage.db.listReads(desk.account.id)).quick;
    expect(await query.selectFrom("accounts").select("id").where("id", "=", desk.account.id).execute()).toHaveLength(1);
    expect(await storage.db.engineFigures()).toMatchObject({ replica_reads: 0, replica_failed: 1, replica_away: 1 });
    await storage.close();
    await place.remove();
  });
});
