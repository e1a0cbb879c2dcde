import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processReceivedMessage } from "../../src/desk/receive-message.ts";
import { storeReceivedMessage } from "../../src/desk/store-received.ts";
import { setClock } from "../../src/domain/time.ts";
import { MIN_TRAINED } from "../../src/mail/spam-filter.ts";
import { runDueJobs } from "../../src/queue/queue.ts";
import { listMessagesOf } from "../../src/storage/messages.ts";
import type { ReceivedMessageRow } from "../../src/storage/schema.ts";
import { findReceivedMessage } from "../../src/storage/received-messages.ts";
import { tasksOf } from "../../src/tasks/tasks.ts";
import { type TestDesk, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { letter } from "./mail-room.ts";

const OFFER = "Exclusive casino jackpot! Claim your guaranteed winnings at https://jackpot.example now, lucky winner";
const QUESTION = "My lamp flickers since the delivery. Could you please send the invoice and a replacement bulb?";

describe.skipIf(ENGINE_MISSING !== null)("the spam filter of a help desk", () => {
  let storage: TestStorage;
  let desk: TestDesk;
  let count = 0;
  const spammers: string[] = [];

  beforeAll(async () => {
    storage = await openTestStorage();
    desk = await openDesk({ undo_seconds: 0 }, await startTestServer({}, storage));
  });
  afterAll(async () => {
    setClock();
    await desk.server.close();
    await storage.remove();
  });

  const receive = async (body: string, from?: string, dmarc?: "pass" | "fail"): Promise<ReceivedMessageRow> => {
    count += 1;
    const raw = Buffer.from(
      letter({ From: from ?? `sender${count}@mail.example`, "Message-ID": `<${count}@mail.example>` }, body),
    );
    const origin = {
      accountId: desk.account.id,
      inboxId: desk.inbox.id,
      source: "smtp",
      sourcePosition: null,
    } as const;
    const id = await storeReceivedMessage(storage, { ...origin, raw });
    const verdicts = dmarc === undefined ? null : { spf: dmarc, dkim: dmarc, dmarc, domain: "mail.example" };
    await processReceivedMessage(storage, desk.account.id, id, Promise.resolve(verdicts));
    const row = await findReceivedMessage(storage.db, desk.account.id, id);
    if (row === undefined) throw new Error("it is in the ledger");
    return row;
  };
  const learn = async (): Promise<void> => {
    // An answer is learned once it cannot be taken back.
    setClock(() => Date.now() + 5000);
    await runDueJobs(storage.db, tasksOf(storage));
    setClock();
  };
  const mark = async ({ ticket_id }: ReceivedMessageRow, spam: boolean): Promise<void> => {
    expect((await desk.ask("PATCH", `/tickets/${ticket_id}`, { spam })).status).toBe(200);
    await learn();
  };
  const answer = async ({ ticket_id }: ReceivedMessageRow, to = "ada@mail.example"): Promise<void> => {
    const reply = { type: "reply", direction: "out", to, body: "Yes", user_id: desk.user.id };
    expect((await desk.post(`/tickets/${ticket_id}/messages`, reply)).status).toBe(201);
  };

  test("judges nothing before it has seen enough of both kinds", async () => {
    for (let each = 0; each < MIN_TRAINED; each += 1) {
      const offer = await receive(`${OFFER} ${each}`);
      expect(offer.outcome).toBe("ticket");
      spammers.push(offer.ticket_id ?? "");
      await mark(offer, true);
    }
    expect((await receive(`${OFFER} once more`)).outcome).toBe("ticket");
  });

  test("learns from marks and answers, and then puts its like away: kept, marked, with its score and reason", async () => {
    for (let each = 0; each < MIN_TRAINED; each += 1) await answer(await receive(`${QUESTION} ${each}`));
    await learn();
    const offer = await receive(`${OFFER} again`);
    expect(offer).toMatchObject({ outcome: "spam", reason: expect.stringMatching(/^its words are those of spam/) });
    expect((await desk.get(`/tickets/${offer.ticket_id}`)).body).toMatchObject({ spam: true });
    const [message] = await listMessagesOf(storage.db, desk.account.id, [offer.ticket_id ?? ""]);
    expect(message?.spam_score).toBeGreaterThanOrEqual(0.9);
    const question = await receive(`${QUESTION} again`);
    expect(question.outcome).toBe("ticket");
  });

  test("never takes someone for a spammer whom the team has written to, unless DMARC says that it is not them", async () => {
    const from = "known@mail.example";
    await answer(await receive(QUESTION, from), from);
    expect((await receive(`${OFFER} from a friend`, from, "pass")).outcome).toBe("ticket");
    expect((await receive(`${OFFER} in a friend's name`, from, "fail")).outcome).toBe("spam");
  });

  test("takes back what it has learned when a ticket is unmarked", async () => {
    for (const ticket_id of spammers) {
      expect((await desk.ask("PATCH", `/tickets/${ticket_id}`, { spam: false })).status).toBe(200);
    }
    await learn();
    expect((await receive(`${OFFER} after all`)).outcome).toBe("ticket");
  });

  test("knows nothing of what another help desk has learned", async () => {
    const other = await openDesk({}, desk.server);
    const origin = {
      accountId: other.account.id,
      inboxId: other.inbox.id,
      source: "smtp",
      sourcePosition: null,
    } as const;
    const id = await storeReceivedMessage(storage, { ...origin, raw: Buffer.from(letter({}, OFFER)) });
    expect(await processReceivedMessage(storage, other.account.id, id)).toMatchObject({ outcome: "ticket" });
  });
});
