import { buffer } from "node:stream/consumers";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Intake, openIntake } from "../../src/desk/take-mail.ts";
import { setUpAccount, type SetUp } from "../../src/desk/set-up-account.ts";
import type { Received } from "../../src/desk/store-received.ts";
import { newId } from "../../src/domain/ids.ts";
import { findReceivedMessage } from "../../src/storage/received-messages.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";

describe.skipIf(ENGINE_MISSING !== null)("mail that comes at the same time", () => {
  let storage: TestStorage;
  let desk: SetUp;
  let intake: Intake;
  const steps: string[] = [];

  beforeAll(async () => {
    storage = await openTestStorage();
    desk = await storage.db.transact(
      async (tx) =>
        await setUpAccount(tx, {
          site: "intake",
          name: "Intake",
          owner: { email: "owner@desk.example", password_hash: "none" },
          inbox: { name: "Support", address: "help@desk.example" },
        }),
    );
    intake = openIntake({ ...storage, reach: (step) => steps.push(step) });
  });
  afterAll(async () => await storage.remove());

  const letter = (text: string, inboxId = desk.inbox.id): Received => ({
    accountId: desk.account.id,
    inboxId,
    source: "lmtp",
    sourcePosition: null,
    raw: Buffer.from(`From: ruby@example.com\r\n\r\n${text}`),
  });

  test("is durable with one commit, each before it is answered for", async () => {
    steps.length = 0;
    const answered: string[] = [];
    const rows = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const row = await intake.take(letter(`number ${n}`));
        // Another connection sees it, bytes and all: it was committed.
        const found = await findReceivedMessage(storage.db, desk.account.id, row.id);
        const raw = await buffer(await storage.blobs.read(desk.account.id, found?.hash ?? ""));
        answered.push(raw.toString().split("\r\n\r\n")[1] ?? "");
        return row;
      }),
    );
    expect(new Set(rows.map(({ id }) => id)).size).toBe(20);
    expect(answered.toSorted()).toEqual(Array.from({ length: 20 }, (_, n) => `number ${n}`).toSorted());
    // All were on their way before the first was durable.
    expect(steps.indexOf("receive.recorded")).toBe(40);
    expect(intake.isBusy()).toBe(false);
  });

  test("may be alike, byte by byte, and however many come together, each has a row and its bytes", async () => {
    const texts = Array.from({ length: 27 }, (_, n) => (n % 5 === 0 ? "the same" : `unlike ${n}`));
    steps.length = 0;
    const rows = await Promise.all(texts.map(async (text) => await intake.take(letter(text))));
    expect(steps.indexOf("receive.recorded"), "in one commit").toBe(54);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(27);
    expect(new Set(rows.map(({ hash }) => hash)).size).toBe(22);
    for (const [index, { hash }] of rows.entries()) {
      const raw = await buffer(await storage.blobs.read(desk.account.id, hash));
      expect(raw.toString()).toContain(texts[index]);
    }
  });

  test("waits a moment for what is being brought, and not for what does not come", async () => {
    let coming = 2;
    const patient = openIntake(
      { ...storage, reach: (step) => steps.push(step) },
      { coming: () => coming, longestWait: 60_000 },
    );
    steps.length = 0;
    const first = patient.take(letter("first of two"));
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    expect(steps).toEqual([]);
    await Promise.all([first, patient.take(letter("second of two"))]);
    expect(steps.indexOf("receive.recorded")).toBe(4);
    const hasty = openIntake(storage, { coming: () => coming, longestWait: 1 });
    coming = 100;
    await hasty.take(letter("alone after all"));
  });

  test("does not suffer by one that cannot be stored", async () => {
    const [good, bad, large] = await Promise.allSettled([
      intake.take(letter("good")),
      intake.take(letter("for an inbox that is not there", newId())),
      intake.take(letter("x".repeat(200_000))),
    ]);
    expect([good?.status, bad?.status, large?.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});
