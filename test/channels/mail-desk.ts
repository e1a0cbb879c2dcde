import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { MailboxMeans } from "../../src/channels/email/mailbox-connection.ts";
import { fetchHeldMailbox } from "../../src/desk/fetch-mailbox.ts";
import { type MailboxInput, addMailbox } from "../../src/desk/mailboxes.ts";
import { Faults } from "../../src/domain/faults.ts";
import { now } from "../../src/domain/time.ts";
import type { ImapLimits } from "../../src/mail/imap.ts";
import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import { findMailbox, leaseMailbox } from "../../src/storage/mailboxes.ts";
import type { InboxRow, MailboxRow, ReceivedMessageRow } from "../../src/storage/schema.ts";
import { openVault } from "../../src/storage/secrets.ts";
import { makeAccount } from "../storage/storage-account.ts";
import { PASSWORD } from "../support/dovecot.ts";
import type { TestStorage } from "../support/test-storage.ts";

/** Quick enough for a test, and far from what a healthy server needs. */
export const QUICK: Omit<ImapLimits, "messageBytes"> = {
  connect: 3000,
  silence: 3000,
  message: 8000,
  idle: 5000,
  poll: 200,
};

/** An account of a test's own with a mailbox to fetch. */
export interface MailDesk {
  accountId: string;
  site: string;
  inbox: InboxRow;
  storage: TestStorage;
  means: MailboxMeans;
  /** Adds a mailbox on a server of this machine. */
  add(port: number, input?: Partial<MailboxInput>): Promise<MailboxRow>;
  mailbox(id: string): Promise<MailboxRow>;
  /** Fetches once what is there; returns the error, if it failed. */
  fetch(id: string): Promise<Error | null>;
  ledger(): Promise<ReceivedMessageRow[]>;
  /** The bodies of all messages on tickets, in their order. */
  bodies(): Promise<string[]>;
}

export async function openMailDesk(storage: TestStorage, limits: Partial<ImapLimits> = QUICK): Promise<MailDesk> {
  const { account, inbox } = await makeAccount(storage.db);
  const { db } = storage;
  const vault = openVault({ data: storage.data, key: null });
  const means: MailboxMeans = { vault, allowPrivateHosts: [], mailLimit: 1024 * 1024, limits };
  const mailbox = async (id: string): Promise<MailboxRow> => {
    const row = await findMailbox(db, account.id, id);
    if (row === undefined) throw new Error(`there is no mailbox ${id}`);
    return row;
  };
  return {
    accountId: account.id,
    site: account.site,
    inbox,
    storage,
    means,
    mailbox,
    add: async (port, input = {}) =>
      await db.transact(
        async (tx) =>
          await addMailbox(
            tx,
            account.id,
            {
              inboxId: inbox.id,
              host: "127.0.0.1",
              port,
              security: "none",
              username: `u${randomBytes(6).toString("hex")}`,
              auth: "password",
              secret: vault.seal(JSON.stringify({ password: PASSWORD })),
              allowPrivate: true,
              ...input,
            },
            new Faults(),
          ),
      ),
    async fetch(id) {
      const holder = randomBytes(8).toString("hex");
      const lease = { holder, until: now() + 60_000 };
      const held = await db.transact(async (tx) => await leaseMailbox(tx, account.id, id, now(), lease));
      if (held === undefined) throw new Error("somebody else fetches it");
      const { signal } = new AbortController();
      return await fetchHeldMailbox({ storage, means, holder }, held, { watch: false, signal, retryAfter: 10 });
    },
    ledger: async () =>
      await db.query
        .selectFrom("received_messages")
        .selectAll()
        .where("account_id", "=", account.id)
        .orderBy("id")
        .execute(),
    async bodies() {
      const { rows } = await sql<{
        body: string;
      }>`select body from messages where account_id = ${account.id} order by id`.execute(acrossAccounts(db));
      return rows.map(({ body }) => body.trim());
    },
  };
}

let written = 0;

/** A message like no other. */
export function letter(body: string, more = ""): string {
  written += 1;
  return [
    `Message-ID: <${written}.${randomBytes(6).toString("hex")}@customer.example>`,
    `From: Ruby Miller <ruby${written}@customer.example>`,
    `To: help@desk.example`,
    `Subject: Letter ${body}`,
    `Date: Mon, 02 Mar 2026 10:00:00 +0000`,
    `${more}Content-Type: text/plain; charset=utf-8`,
    "",
    `${body}\r\n`,
  ].join("\r\n");
}

export function letters(count: number, name = "letter"): string[] {
  return Array.from({ length: count }, (_, index) => letter(`${name} ${index + 1}`));
}
