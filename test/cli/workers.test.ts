import { existsSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { type Served, freePort, serve } from "../support/served.ts";
import { ENGINE } from "../support/test-storage.ts";
import { type Installation, type SetUp, newInstallation, setup } from "./installation.ts";

const RESTING = { CANTRIP_DRAIN_SECONDS: "0" };

describe.skipIf(inject("postgresMissing") !== null)("several processes", () => {
  let place: Installation;
  const servers: Served[] = [];

  beforeEach(async (context) => {
    if (!existsSync("/proc/self/task")) context.skip("this system does not tell a process's children");
    if (ENGINE === "sqlite" && !context.task.name.includes("embedded")) {
      context.skip("one process serves an embedded database");
    }
    place = await newInstallation();
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map(async (each) => await each.stop("SIGKILL")));
    await place?.remove();
  });

  const start = async (...args: string[]): Promise<Served> => {
    const server = await serve(place, args, RESTING);
    servers.push(server);
    return server;
  };
  const ask = async ({ url }: Served, token: string, path: string, body?: object): Promise<Response> =>
    await fetch(`${url}/api/v1${path}`, {
      method: body === undefined ? "GET" : "POST",
      // A connection of its own for each, so that each may come to another process.
      headers: { Authorization: `Bearer ${token}`, Connection: "close", "Content-Type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const processesOf = ({ child }: Served): number[] =>
    readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);

  test("are refused on an embedded database, with the reason", async () => {
    const ran = await place.run(["serve", "--workers", "2"], { env: { DATABASE_URL: "" } });
    expect(ran).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("--workers) above 1 needs PostgreSQL"),
    });
  });

  test("that start at once on an empty database make one help desk, and all of them serve it", async () => {
    const together = await Promise.all([start("--workers", "2"), start(), start("--workers", "3")]);
    const made = together.flatMap(({ firstRun }) => firstRun ?? []);
    expect(made).toHaveLength(1);
    const [{ token } = { token: "" }] = made;
    for (const server of together) expect((await ask(server, token, "/users")).status).toBe(200);
    const { accounts } = (await place.run(["account", "list", "--json"])).json<{ accounts: unknown[] }>();
    expect(accounts).toHaveLength(1);
    expect(together.map((server) => processesOf(server).length)).toEqual([2, 0, 3]);
  });

  test("C4: keep to one limit together, on one machine and on several", async () => {
    const { token } = (await place.run(setup("acme"))).json<SetUp>();
    await place.run("account set --site acme --credits-per-minute 23 --requests-per-second 0".split(" "));
    const together = [await start("--workers", "2"), await start()];
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const server = together[index % 3 === 0 ? 1 : 0] as Served;
        return (await ask(server, token, "/users")).status;
      }),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(23);
    expect(statuses.filter((status) => status === 429)).toHaveLength(37);
  });

  test("fire each timer once", async () => {
    const { token } = (await place.run(setup("acme"))).json<SetUp>();
    await place.run("account set --site acme --credits-per-minute 0 --requests-per-second 0".split(" "));
    const [one] = [await start("--workers", "2"), await start()];
    const customer = { first_name: "Ruby", last_name: "Miller" };
    const until = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3000).toISOString();
    const versions = new Map<string, string | null>();
    for (let count = 0; count < 12; count += 1) {
      const made = await ask(one, token, "/tickets", { type: "email", subject: `Ticket ${count}`, customer });
      const { id } = (await made.json()) as { id: string };
      const snoozed = await ask(one, token, `/tickets/${id}/snooze`, { snoozed_until: until });
      expect(snoozed.status).toBe(200);
      versions.set(id, snoozed.headers.get("etag"));
    }
    const open = async (): Promise<number> =>
      ((await (await ask(one, token, "/tickets?state=open&per_page=100")).json()) as unknown[]).length;
    await expect.poll(open, { interval: 200 }).toBe(12);
    const { jobs } = await countsOf(place);
    expect(jobs).toBe(0);
    for (const [id, before] of versions) {
      const after = (await ask(one, token, `/tickets/${id}`)).headers.get("etag");
      expect(versionIn(after)).toBe(versionIn(before) + 1);
    }
  });

  test("are replaced when they die, and end together", async () => {
    const port = String(await freePort());
    const server = await start("--workers", "2", "--port", port);
    const token = server.firstRun?.token ?? "";
    const before = processesOf(server);
    process.kill(before[0] ?? 0, "SIGKILL");
    await expect.poll(() => processesOf(server).filter((pid) => !before.includes(pid)).length).toBe(1);
    await expect.poll(async () => (await ask(server, token, "/users")).status).toBe(200);
    expect(server.said.some((line) => line.includes("a worker ended and is replaced"))).toBe(true);
    const living = processesOf(server);
    expect(living).toHaveLength(2);
    expect(await server.stop()).toBe(0);
    for (const pid of living) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  test("say once that their port is taken, and none is left", async () => {
    const first = await start();
    const ran = await place.run(["serve", "--workers", "3", "--port", String(first.port)]);
    expect(ran.code).toBe(1);
    expect(ran.stderr.match(/is taken: choose another/g)).toHaveLength(1);
  });
});

/** `W/"3"` and `"3"` are 3. */
function versionIn(etag: string | null): number {
  return Number(/\d+/.exec(etag ?? "")?.[0] ?? Number.NaN);
}

async function countsOf(place: Installation): Promise<{ jobs: number }> {
  const { checks } = (await place.run(["doctor", "--json"], { env: { CANTRIP_PORT: "0" } })).json<{
    checks: { name: string; message: string }[];
  }>();
  const jobs = checks.find(({ name }) => name === "jobs")?.message ?? "";
  return { jobs: jobs.includes("none waits") ? 0 : 1 };
}
