import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { now } from "../../src/domain/time.ts";
import { leaseMailbox } from "../../src/storage/mailboxes.ts";
import { startMailboxes } from "../../src/tasks/mailboxes.ts";
import { type ScriptedImap, startScriptedImap } from "../support/scripted-imap.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { type MailDesk, letter, letters, openMailDesk } from "./mail-desk.ts";

describe.skipIf(ENGINE_MISSING !== null)("mailboxes that a server fetches", () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  /** Storage of its own: a server fetches the mailboxes of all accounts. */
  const open = async (
    bodies: readonly string[],
    capabilities?: string,
  ): Promise<{ desk: MailDesk; imap: ScriptedImap; id: string }> => {
    const storage: TestStorage = await openTestStorage();
    closing.push(storage.remove);
    const imap = await startScriptedImap(bodies, capabilities);
    closing.push(imap.close);
    const desk = await openMailDesk(storage);
    const { id } = await desk.add(imap.port);
    return { desk, imap, id };
  };
  const serve = (desk: MailDesk, errors: unknown[] = []): { stop(): Promise<void> } => {
    const running = startMailboxes(desk.storage, {
      means: desk.means,
      onError: (error) => errors.push(error),
      poll: 50,
      lease: 600,
      retryAfter: 10,
    });
    closing.push(running.stop);
    return running;
  };
  const arrive = async (desk: MailDesk, count: number): Promise<void> =>
    await expect.poll(async () => (await desk.bodies()).length, { timeout: 5000 }).toBe(count);

  test("are told of new mail where the server can (IDLE), at once", async () => {
    const { desk, imap } = await open(letters(2), "IMAP4rev1 IDLE");
    serve(desk);
    await arrive(desk, 2);
    await expect.poll(() => imap.said).toContain("IDLE");
    imap.messages.set(3, Buffer.from(letter("new")));
    imap.announce();
    await arrive(desk, 3);
  });

  test("are asked now and then where it cannot", async () => {
    const { desk, imap } = await open(letters(1));
    serve(desk);
    await arrive(desk, 1);
    imap.messages.set(2, Buffer.from(letter("new")));
    await arrive(desk, 2);
    expect(imap.said).not.toContain("IDLE");
  });

  test("are fetched by one process at a time", async () => {
    const { desk, imap } = await open(letters(20));
    serve(desk);
    serve(desk);
    await arrive(desk, 20);
    await sleep(300);
    expect(imap.said.filter((line) => /^(EXAMINE|SELECT)/.test(line))).toHaveLength(1);
  });

  test("move to another process when theirs was killed, once its lease is over", async () => {
    const { desk, id } = await open(letters(3));
    const lease = { holder: "a process that was killed", until: now() + 500 };
    await desk.storage.db.transact(async (tx) => await leaseMailbox(tx, desk.accountId, id, now(), lease));
    serve(desk);
    await sleep(200);
    expect(await desk.bodies()).toEqual([]);
    await arrive(desk, 3);
  });

  test("are given back at once when the server is stopped", async () => {
    const { desk, id } = await open(letters(3));
    const running = serve(desk);
    await arrive(desk, 3);
    await running.stop();
    const mailbox = await desk.mailbox(id);
    expect(mailbox).toMatchObject({ leased_by: null, leased_until: null, last_error: null });
    expect(mailbox.next_try_at).toBeLessThanOrEqual(now());
  });

  test("are fetched no more once they are removed", async () => {
    const { desk, imap, id } = await open(letters(1));
    serve(desk);
    await arrive(desk, 1);
    await desk.storage.db.transact(
      async (tx) =>
        await tx.query.deleteFrom("mailboxes").where("account_id", "=", desk.accountId).where("id", "=", id).execute(),
    );
    await sleep(600);
    imap.said = [];
    await sleep(400);
    expect(imap.said).toEqual([]);
  });

  test("do not keep others waiting when one of them is down", async () => {
    const { desk, imap } = await open(letters(2));
    const down = await startScriptedImap([]);
    closing.push(down.close);
    down.down = true;
    const broken = await desk.add(down.port);
    const errors: unknown[] = [];
    serve(desk, errors);
    await arrive(desk, 2);
    await expect.poll(async () => (await desk.mailbox(broken.id)).last_error).toMatch(/no connection/);
    expect(errors).toHaveLength(1);
    expect(imap.said.length).toBeGreaterThan(0);
  });
});
