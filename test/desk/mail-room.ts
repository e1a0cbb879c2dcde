import { buffer } from "node:stream/consumers";
import { ANY_VERSION } from "../../src/desk/precondition.ts";
import { replyToTicket } from "../../src/desk/reply-to-ticket.ts";
import { SYSTEM } from "../../src/domain/events.ts";
import { Faults } from "../../src/domain/faults.ts";
import { now } from "../../src/domain/time.ts";
import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import { listAttachments } from "../../src/storage/attachments.ts";
import { listContacts } from "../../src/storage/contacts.ts";
import { findCustomer } from "../../src/storage/customers.ts";
import { listMessagesOf } from "../../src/storage/messages.ts";
import type {
  AttachmentRow,
  ContactRow,
  CustomerRow,
  MessageRow,
  ReceivedMessageRow,
  TicketRow,
} from "../../src/storage/schema.ts";
import { processReceivedMessage } from "../../src/desk/receive-message.ts";
import { type Received, storeReceivedMessage } from "../../src/desk/store-received.ts";
import { findReceivedMessage } from "../../src/storage/received-messages.ts";
import { findTicket, updateTicket } from "../../src/storage/tickets.ts";
import { makeAccount } from "../storage/storage-account.ts";
import type { TestStorage } from "../support/test-storage.ts";

/** What became of one message that was received. */
export interface Filed {
  ledger: ReceivedMessageRow;
  ticket: TicketRow | undefined;
  /** All of the ticket's, oldest first. */
  messages: MessageRow[];
  /** The one that it became, or that it is a duplicate of. */
  message: MessageRow | undefined;
  attachments: AttachmentRow[];
  customer: CustomerRow | undefined;
  contacts: ContactRow[];
}

/** A desk of a test's own that mail comes in to. */
export interface MailRoom {
  accountId: string;
  inboxId: string;
  /** Signs the keys of the account's threads. */
  threadSecret: Buffer;
  store(raw: string | Uint8Array, more?: Partial<Received>): Promise<string>;
  process(id: string): Promise<Filed>;
  /** Stores and processes. */
  receive(raw: string | Uint8Array, more?: Partial<Received>): Promise<Filed>;
  look(id: string): Promise<Filed>;
  /** An agent's reply on a ticket. */
  reply(ticketId: string | undefined, to?: string): Promise<MessageRow>;
  close(ticketId: string | undefined): Promise<void>;
  message(id: string): Promise<MessageRow | undefined>;
  /** How many deliveries are enqueued. */
  deliveries(): Promise<number>;
  tickets(): Promise<TicketRow[]>;
  ledger(): Promise<ReceivedMessageRow[]>;
  /** The bytes of a received message or of an attachment. */
  bytes(row: { hash: string }): Promise<Buffer>;
}

export async function openMailRoom(storage: TestStorage): Promise<MailRoom> {
  const { account, inbox, user } = await makeAccount(storage.db);
  const accountId = account.id;
  const { db, blobs } = storage;

  const store: MailRoom["store"] = async (raw, more = {}) =>
    await storeReceivedMessage(storage, {
      accountId,
      inboxId: inbox.id,
      source: "pipe",
      sourcePosition: null,
      raw: Buffer.from(raw),
      ...more,
    });

  const look = async (id: string): Promise<Filed> => {
    const ledger = await findReceivedMessage(db, accountId, id);
    if (ledger === undefined) throw new Error(`there is no row ${id} in the ledger`);
    const ticket = ledger.ticket_id === null ? undefined : await findTicket(db, accountId, ledger.ticket_id);
    const messages = ticket === undefined ? [] : await listMessagesOf(db, accountId, [ticket.id]);
    return {
      ledger,
      ticket,
      messages,
      message: messages.find((message) => message.id === ledger.message_id),
      attachments: ledger.message_id === null ? [] : await listAttachments(db, accountId, [ledger.message_id]),
      customer: ticket === undefined ? undefined : await findCustomer(db, accountId, ticket.customer_id),
      contacts: ticket === undefined ? [] : await listContacts(db, accountId, [ticket.customer_id]),
    };
  };

  const process: MailRoom["process"] = async (id) => {
    await processReceivedMessage(storage, accountId, id);
    return await look(id);
  };

  return {
    accountId,
    inboxId: inbox.id,
    threadSecret: Buffer.from(account.thread_secret, "hex"),
    store,
    process,
    receive: async (raw, more) => await process(await store(raw, more)),
    look,
    reply: async (ticketId = "", to = "ada@example.com") => {
      const input = { type: "reply", direction: "out", to, body: "Our answer", user_id: user.id } as const;
      return await db.transact(
        async (tx) => await replyToTicket(tx, accountId, SYSTEM, ticketId, input, new Faults(), ANY_VERSION),
      );
    },
    close: async (ticketId = "") => {
      await db.transact(async (tx) => await updateTicket(tx, accountId, ticketId, { state: "closed" }, now()));
    },
    message: async (id) =>
      await db.query
        .selectFrom("messages")
        .selectAll()
        .where("account_id", "=", accountId)
        .where("id", "=", id)
        .executeTakeFirst(),
    deliveries: async () => {
      const jobs = await db.query.selectFrom("jobs").select("kind").where("account_id", "=", accountId).execute();
      return jobs.filter(({ kind }) => kind === "deliver-message").length;
    },
    tickets: async () =>
      await acrossAccounts(db)
        .selectFrom("tickets")
        .selectAll()
        .where("account_id", "=", accountId)
        .orderBy("number")
        .execute(),
    ledger: async () =>
      await db.query
        .selectFrom("received_messages")
        .selectAll()
        .where("account_id", "=", accountId)
        .orderBy("id")
        .execute(),
    bytes: async ({ hash }) => await buffer(await blobs.read(accountId, hash)),
  };
}

/** A plain message; a header of null is left out. */
export function letter(headers: Record<string, string | null> = {}, body = "Hello"): string {
  const all: Record<string, string | null> = {
    From: "Ada Lovelace <ada@example.com>",
    To: "help@desk.example",
    Date: "Mon, 2 Mar 2026 10:00:00 +0100",
    Subject: "A question",
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return `${lines.join("\r\n")}\r\n\r\n${body}\r\n`;
}
