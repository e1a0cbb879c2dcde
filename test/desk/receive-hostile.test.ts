import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { processReceivedMessages } from "../../src/desk/receive-message.ts";
import { MAX_PARTS } from "../../src/mail/limits.ts";
import { ENGINE_MISSING, type TestStorage, sharedStorage } from "../support/test-storage.ts";
import { type MailRoom, letter, openMailRoom } from "./mail-room.ts";

const HEAD =
  "From: Mallory <mallory@example.com>\r\nTo: help@desk.example\r\nSubject: hostile\r\nMIME-Version: 1.0\r\n";

/** 50,000 parts in one message. */
function bomb(): string {
  const parts = Array.from({ length: 50_000 }, (_, n) => `--b\r\nContent-Type: image/png\r\n\r\n${n}\r\n`).join("");
  return `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n${parts}--b--\r\n`;
}

/** A part in a part, 2,000 levels deep. */
function nest(): string {
  const levels = Array.from(
    { length: 2000 },
    (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
  ).join("");
  return `${HEAD}${levels}Content-Type: text/plain\r\n\r\nthe innermost\r\n`;
}

/** A header that promises text, and every byte there is. */
function rubbish(): Buffer {
  return Buffer.concat([Buffer.from(`${HEAD}Content-Type: text/plain\r\n\r\n`), randomBytes(100_000)]);
}

describe.skipIf(ENGINE_MISSING !== null)("hostile mail", () => {
  let storage: TestStorage;
  let room: MailRoom;
  beforeAll(async () => {
    storage = await sharedStorage();
    room = await openMailRoom(storage);
  });

  test.each([
    ["of 50,000 parts", bomb],
    ["nested 2,000 levels deep", nest],
    ["of 8-bit rubbish", rubbish],
  ])("%s is filed or put aside, and those behind it are filed", async (_, write) => {
    const raw = Buffer.from(write());
    const hostile = await room.store(raw);
    const behind = [await room.store(letter()), await room.store(letter({ From: "Grace <grace@example.com>" }))];
    const stored = [hostile, ...behind].map((receivedId) => ({ accountId: room.accountId, receivedId }));
    await processReceivedMessages(storage, stored);
    const filed = await room.look(hostile);
    expect(["ticket", "quarantine", "spam"]).toContain(filed.ledger.outcome);
    expect(filed.attachments.length).toBeLessThanOrEqual(MAX_PARTS);
    // All of it is still to be had.
    expect((await room.bytes(filed.ledger)).equals(raw)).toBe(true);
    for (const id of behind) expect((await room.look(id)).ledger.outcome).toMatch(/^(ticket|reply|duplicate)$/);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("several messages that are filed with one commit", () => {
  test("go onto the ticket that one of them begins, in their order", async () => {
    const storage = await sharedStorage();
    const room = await openMailRoom(storage);
    const first = await room.store(letter({ "Message-ID": "<first@example.com>" }));
    const second = await room.store(letter({ "In-Reply-To": "<first@example.com>" }, "And one more thing"));
    const again = await room.store(letter({ "Message-ID": "<first@example.com>" }));
    const stored = [first, second, again].map((receivedId) => ({ accountId: room.accountId, receivedId }));
    await processReceivedMessages(storage, stored);
    const outcomes = await Promise.all([first, second, again].map(async (id) => (await room.look(id)).ledger));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["ticket", "reply", "duplicate"]);
    expect(new Set(outcomes.map(({ ticket_id }) => ticket_id)).size).toBe(1);
  });

  test("do without one whose bytes are gone: the others are filed, and it stays pending", async () => {
    const storage = await sharedStorage();
    const room = await openMailRoom(storage);
    const good = [await room.store(letter()), await room.store(letter({ From: "Grace <grace@example.com>" }))];
    // Too large for its row: its file can go astray.
    const bad = await room.store(letter({ From: "Alan <alan@example.com>" }) + "And so on.\r\n".repeat(8000));
    await storage.blobs.remove(room.accountId, (await room.look(bad)).ledger.hash);
    const stored = [bad, ...good].map((receivedId) => ({ accountId: room.accountId, receivedId }));
    await expect(processReceivedMessages(storage, stored)).rejects.toThrow(/ENOENT/);
    for (const id of good) expect((await room.look(id)).ledger.outcome).toBe("ticket");
    expect((await room.look(bad)).ledger.outcome).toBe("pending");
  });
});
