import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { sql } from "kysely";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { openDesk } from "../support/test-api.ts";
import { ENGINE } from "../support/test-storage.ts";

beforeEach(({ skip }) => skip(ENGINE !== "sqlite", "of the embedded engine only"));

/** So long a count takes that others wait behind it. */
const A_WHILE = 1_500_000;

test("a search that its browser gives up before its turn is not begun", async () => {
  const handedOver = vi.spyOn(Worker.prototype, "postMessage");
  onTestFinished(() => handedOver.mockRestore());
  const wasAsked = (words: string): boolean =>
    handedOver.mock.calls.some(([asked]) => JSON.stringify(asked).includes(words));
  const desk = await openDesk();
  await desk.ticket({ subject: "A kettle and a teapot" });
  const { db } = desk.server.storage;
  const busy = Array.from({ length: 2 }, async () => {
    const upto = sql`with recursive upto(n) as (select 1 union all select n + 1 from upto where n < ${A_WHILE})
      select max(n) from upto`;
    await upto.execute(db.longReads.query);
  });
  const headers = { Authorization: `Bearer ${desk.token}` };
  const given = request(`${desk.server.url}/api/v1/tickets?q=kettle`, { headers });
  given.on("error", () => undefined);
  given.end();
  await sleep(150);
  given.destroy();
  await Promise.all(busy);
  expect((await desk.get("/tickets?q=teapot")).body).toHaveLength(1);
  expect([wasAsked("teapot"), wasAsked("kettle")]).toEqual([true, false]);
});
