import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Judge } from "../../src/desk/judge-sender.ts";
import { type SetUp, setUpAccount } from "../../src/desk/set-up-account.ts";
import { storeReceivedMessage } from "../../src/desk/store-received.ts";
import { countOutcomes, findReceivedMessage } from "../../src/storage/received-messages.ts";
import { type MailLineOptions, openMailLine } from "../../src/tasks/mail-line.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";

describe.skipIf(ENGINE_MISSING !== null)("stored mail in its line", () => {
  let storage: TestStorage;
  let desk: SetUp;

  beforeAll(async () => {
    storage = await openTestStorage();
    desk = await storage.db.transact(
      async (tx) =>
        await setUpAccount(tx, {
          site: "line",
          name: "Line",
          owner: { email: "owner@desk.example", password_hash: "none" },
          inbox: { name: "Support", address: "help@desk.example" },
        }),
    );
  });
  afterAll(async () => {
    await storage.remove();
  });

  const failLoudly = (error: unknown): void => {
    throw error;
  };
  const open = (judge: Judge, options: MailLineOptions) => openMailLine({ ...storage, judge }, failLoudly, options);
  const unjudged: Judge = async () => await Promise.resolve(null);
  const store = async (name: string): Promise<string> =>
    await storeReceivedMessage(storage, {
      accountId: desk.account.id,
      inboxId: desk.inbox.id,
      source: "lmtp",
      sourcePosition: null,
      raw: Buffer.from(`Message-ID: <${name}@mail.example>\r\nFrom: ${name}@mail.example\r\n\r\n${name}`),
    });
  const outcomeOf = async (id: string): Promise<string | undefined> =>
    (await findReceivedMessage(storage.db, desk.account.id, id))?.outcome;
  const filed = async (id: string): Promise<string | undefined> => {
    while ((await outcomeOf(id)) === "pending") await sleep(5);
    return await outcomeOf(id);
  };

  test("stands back while more waits to be made durable, and goes on after that", async () => {
    let busy = true;
    const line = open(unjudged, { isBusy: () => busy });
    const id = await store("stands-back");
    line.add(desk.account.id, id);
    await sleep(100);
    expect(await outcomeOf(id)).toBe("pending");
    busy = false;
    expect(await filed(id)).toBe("ticket");
    await line.stop();
  });

  test("does not stand back for longer than it may, however much comes", async () => {
    const line = open(unjudged, { isBusy: () => true, longestWait: 50 });
    const id = await store("long-enough");
    line.add(desk.account.id, id);
    expect(await filed(id)).toBe("ticket");
    await line.stop();
  });

  test("lets one step aside that is judged late, and files it when it is judged", async () => {
    const { promise: answer, resolve } = Promise.withResolvers<null>();
    const late = await store("late");
    const next = await store("next");
    const judge: Judge = async (_, { id }) => (id === late ? await answer : null);
    const line = open(judge, { patience: 20 });
    line.add(desk.account.id, late);
    line.add(desk.account.id, next);
    await filed(next);
    expect(await outcomeOf(late)).toBe("pending");
    resolve(null);
    expect(await filed(late)).toBe("ticket");
    await line.stop();
  });

  test("judges only the first of many, and files all", async () => {
    const { promise: answer, resolve } = Promise.withResolvers<null>();
    let asked = 0;
    const judge: Judge = async () => {
      asked += 1;
      return await answer;
    };
    const line = open(judge, { patience: 60_000 });
    const ids = await Promise.all(Array.from({ length: 200 }, async (_, n) => await store(`many-${n}`)));
    for (const id of ids) line.add(desk.account.id, id);
    await expect.poll(() => asked).toBeGreaterThan(1);
    await sleep(50);
    expect(asked).toBeLessThan(200);
    resolve(null);
    for (const id of ids) await filed(id);
    expect(asked).toBe(200);
    expect((await countOutcomes(storage.db, desk.account.id)).ticket).toBe(204);
    await line.stop();
  });

  test("leaves what is not judged yet pending when it stops", async () => {
    const judge: Judge = async () => await new Promise(() => undefined);
    const line = open(judge, { patience: 60_000 });
    const id = await store("left");
    line.add(desk.account.id, id);
    await sleep(20);
    await line.stop();
    expect(await outcomeOf(id)).toBe("pending");
  });
});
