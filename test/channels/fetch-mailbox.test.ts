import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DOVECOT_MISSING, type Dovecot, startDovecot } from "../support/dovecot.ts";
import { ENGINE_MISSING, sharedStorage } from "../support/test-storage.ts";
import { type MailDesk, letter, letters, openMailDesk } from "./mail-desk.ts";

describe.skipIf(ENGINE_MISSING !== null || DOVECOT_MISSING !== null)("a mailbox on Dovecot", () => {
  let dovecot: Dovecot;
  beforeAll(async () => {
    dovecot = await startDovecot();
  });
  afterAll(async () => await dovecot.stop());

  const open = async (): Promise<MailDesk> => await openMailDesk(await sharedStorage());

  test("of 500 messages arrives once each, in the order of the mailbox", { timeout: 90_000 }, async () => {
    const desk = await open();
    const { id, username } = await desk.add(dovecot.port);
    const sent = letters(500);
    dovecot.deliver(username, sent);
    const start = performance.now();
    expect(await desk.fetch(id)).toBe(null);
    const seconds = (performance.now() - start) / 1000;
    if (process.env["CANTRIP_TEST_FIGURES"] !== undefined) {
      process.stderr.write(`${Math.round(500 / seconds)} messages/s\n`);
    }
    expect(await desk.bodies()).toEqual(sent.map((_, index) => `letter ${index + 1}`));
    const ledger = await desk.ledger();
    expect(ledger.map(({ uid }) => uid)).toEqual(sent.map((_, index) => index + 1));
    expect(new Set(ledger.map(({ source, outcome }) => `${source} ${outcome}`))).toEqual(new Set(["imap ticket"]));
    const mailbox = await desk.mailbox(id);
    expect(mailbox).toMatchObject({
      last_uid: 500,
      last_error: null,
      error_count: 0,
      leased_by: null,
      leased_until: null,
    });
    expect(mailbox.last_fetched_at).not.toBe(null);
  });

  test("is left as it was, unless told otherwise", async () => {
    const desk = await open();
    const { id, username } = await desk.add(dovecot.port);
    dovecot.deliver(username, letters(3));
    await desk.fetch(id);
    expect(dovecot.count(username)).toBe(3);
    await desk.fetch(id);
    expect(await desk.ledger()).toHaveLength(3);
  });

  test("gives what came since, however long ago that was", async () => {
    const desk = await open();
    const { id, username } = await desk.add(dovecot.port);
    dovecot.deliver(username, letters(2, "before"));
    await desk.fetch(id);
    dovecot.deliver(username, letters(3, "after"));
    await desk.fetch(id);
    expect(await desk.bodies()).toEqual(["before 1", "before 2", "after 1", "after 2", "after 3"]);
  });

  test("whose UIDVALIDITY changes is read again from the start, and nothing is doubled", async () => {
    const desk = await open();
    const { id, username } = await desk.add(dovecot.port);
    dovecot.deliver(username, letters(5, "old"));
    await desk.fetch(id);
    const before = (await desk.mailbox(id)).uid_validity;
    await new Promise((resolve) => setTimeout(resolve, 1100)); // Dovecot takes the second as UIDVALIDITY
    dovecot.forgetUids(username);
    dovecot.deliver(username, letters(1, "new"));
    expect(await desk.fetch(id)).toBe(null);
    expect((await desk.mailbox(id)).uid_validity).not.toBe(before);
    expect((await desk.bodies()).toSorted()).toEqual(["new 1", "old 1", "old 2", "old 3", "old 4", "old 5"]);
    expect((await desk.ledger()).filter(({ outcome }) => outcome === "duplicate")).toHaveLength(5);
  });

  test("has what was taken moved away, if told to", async () => {
    const desk = await open();
    const { id, username } = await desk.add(dovecot.port, { afterImport: "move:Done" });
    dovecot.deliver(username, letters(60));
    expect(await desk.fetch(id)).toBe(null);
    expect(dovecot.count(username)).toBe(0);
    expect(dovecot.count(username, "Done")).toBe(60);
    expect(await desk.bodies()).toHaveLength(60);
  });

  test("has what was taken marked as seen, if told to", async () => {
    const desk = await open();
    const { id, username } = await desk.add(dovecot.port, { afterImport: "seen" });
    dovecot.deliver(username, letters(2));
    expect(await desk.fetch(id)).toBe(null);
    expect(dovecot.count(username)).toBe(2);
  });

  test("gives a message beyond the limit to quarantine, with its size, and those behind it to the desk", async () => {
    const desk = await open();
    const { id, username } = await desk.add(dovecot.port);
    dovecot.deliver(username, [letter("small"), letter("x".repeat(1_100_000)), letter("behind")]);
    expect(await desk.fetch(id)).toBe(null);
    expect(await desk.bodies()).toEqual(["small", "behind"]);
    const [, large] = await desk.ledger();
    expect(large).toMatchObject({ outcome: "quarantine", uid: 2, size: 0 });
    expect(large?.reason).toMatch(/more than the 1048576 of CANTRIP_MAIL_LIMIT/);
  });

  test("with a wrong password says so, and is left alone for a while", async () => {
    const desk = await open();
    const secret = desk.means.vault.seal(JSON.stringify({ password: "wrong" }));
    const { id } = await desk.add(dovecot.port, { secret });
    expect((await desk.fetch(id))?.message).toMatch(/refuses the login/);
    const { error_count, last_error, next_try_at, created_at } = await desk.mailbox(id);
    expect(error_count).toBe(1);
    expect(last_error).toMatch(/refuses the login/);
    expect(next_try_at).toBeGreaterThanOrEqual(created_at + 60_000);
  });

  test("of a folder that is not there says so", async () => {
    const desk = await open();
    const { id } = await desk.add(dovecot.port, { folder: "Nowhere" });
    expect((await desk.fetch(id))?.message).toBe("there is no folder Nowhere");
  });

  test("on the operator's own network is refused, unless it is allowed", async () => {
    const desk = await open();
    const { id } = await desk.add(dovecot.port, { allowPrivate: false });
    expect((await desk.fetch(id))?.message).toMatch(/on this network/);
  });
});
