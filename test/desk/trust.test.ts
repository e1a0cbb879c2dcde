import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openJudge } from "../../src/desk/judge-sender.ts";
import { addMailbox } from "../../src/desk/mailboxes.ts";
import { processReceivedMessage } from "../../src/desk/receive-message.ts";
import { type Received, storeReceivedMessage } from "../../src/desk/store-received.ts";
import { Faults } from "../../src/domain/faults.ts";
import type { Resolver } from "../../src/mail/authentication.ts";
import { updateMailbox } from "../../src/storage/mailboxes.ts";
import { type TestDesk, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { letter } from "./mail-room.ts";

const RECORDS: Record<string, string[][]> = {
  "TXT mail.example": [["v=spf1 ip4:203.0.113.0/24 -all"]],
  "TXT _dmarc.mail.example": [["v=DMARC1; p=reject"]],
};

describe.skipIf(ENGINE_MISSING !== null)("who sent a message", () => {
  let storage: TestStorage;
  let desk: TestDesk;
  let asked = 0;
  let count = 0;
  const resolver: Resolver = async (name, type) => {
    asked += 1;
    const found = RECORDS[`${type} ${name.toLowerCase()}`];
    if (found === undefined) throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
    return await Promise.resolve(found);
  };

  beforeAll(async () => {
    storage = await openTestStorage();
    desk = await openDesk({}, await startTestServer({}, storage));
  });
  afterAll(async () => {
    await desk.server.close();
    await storage.remove();
  });

  /** What the API shows of a message that came so. */
  const shown = async (
    more: Partial<Received>,
    { authservId = null, top = "" }: { authservId?: string | null; top?: string } = {},
  ): Promise<{ verdicts: object | null; thread_reason: string }> => {
    count += 1;
    const raw = Buffer.from(top + letter({ From: "ada@mail.example", "Message-ID": `<${count}@mail.example>` }));
    const origin = {
      accountId: desk.account.id,
      inboxId: desk.inbox.id,
      source: "smtp",
      sourcePosition: null,
    } as const;
    const id = await storeReceivedMessage(storage, { ...origin, raw, ...more });
    const judge = openJudge({ resolver, authservId });
    const filed = await processReceivedMessage({ ...storage, judge }, desk.account.id, id);
    const path = `/tickets/${filed.ticketId}/messages/${filed.messageId}?fields=verdicts,thread_reason`;
    return (await desk.get(path)).body as { verdicts: object | null; thread_reason: string };
  };
  const results = (verdict: string, by = "mx.desk.example"): string =>
    `Authentication-Results: ${by}; spf=${verdict} smtp.mailfrom=mail.example; dmarc=${verdict} header.from=mail.example\r\n`;
  const from = (ip: string) => ({ ip, helo: "mx.mail.example", mailFrom: "ada@mail.example" });

  test("is judged by the connection that brought it, and stored with it", async () => {
    expect(await shown({ envelope: from("203.0.113.7") })).toMatchObject({
      verdicts: { spf: "pass", dkim: "none", dmarc: "pass", domain: "mail.example" },
    });
  });

  test("is doubted in words where DMARC fails, and the message is filed all the same", async () => {
    const message = await shown({ envelope: from("198.51.100.1") });
    expect(message).toMatchObject({ verdicts: { spf: "fail", dmarc: "fail" } });
    expect(message.thread_reason).toContain("DMARC failed: it may not be from mail.example");
  });

  test("is what a mail server in front found, where that was named", async () => {
    const named = { authservId: "mx.desk.example", top: results("pass") };
    asked = 0;
    for (const more of [{ source: "lmtp" }, { source: "pipe" }, { envelope: from("127.0.0.1") }] as const) {
      expect(await shown(more, named)).toMatchObject({ verdicts: { spf: "pass", dmarc: "pass" } });
    }
    expect(asked).toBe(0);
  });

  test("is not what anybody else has written into the message, nor what the named one would say of a stranger's connection", async () => {
    const forged = results("pass", "mx.evil.example");
    expect((await shown({ source: "lmtp" }, { top: forged })).verdicts).toBeNull();
    expect(await shown({ source: "lmtp" }, { authservId: "mx.desk.example", top: forged })).not.toMatchObject({
      verdicts: { dmarc: "pass" },
    });
    const direct = { authservId: "mx.desk.example", top: results("pass") };
    expect(await shown({ envelope: from("5.6.7.8") }, direct)).toMatchObject({ verdicts: { dmarc: "fail" } });
  });

  test("is what the server of a mailbox found, where that was named for it", async () => {
    const place = { host: "mail.example", port: 993, security: "tls", username: "help", auth: "password" } as const;
    const mailbox = await storage.db.transact(
      async (tx) =>
        await addMailbox(
          tx,
          desk.account.id,
          { inboxId: desk.inbox.id, ...place, secret: "sealed", afterImport: "leave" },
          new Faults(),
        ),
    );
    const fetched = (uid: number): Partial<Received> => ({
      source: "imap",
      mailbox: { mailboxId: mailbox.id, uidValidity: 1, uid },
    });
    const top = results("pass", "mx.provider.example");
    expect((await shown(fetched(1), { top })).verdicts).toBeNull();
    await storage.db.transact(async (tx) => await updateMailbox(tx, mailbox, { authserv_id: "mx.provider.example" }));
    expect(await shown(fetched(2), { top })).toMatchObject({ verdicts: { dmarc: "pass" } });
  });
});
