import { Invalid } from "../domain/errors.ts";
import { contactKey } from "../domain/contact-values.ts";
import { DAY } from "../domain/time.ts";
import { labelKey } from "../desk/labels.ts";
import { newAccount } from "../desk/set-up-account.ts";
import { findAccountBySite, insertAccount } from "../storage/accounts.ts";
import { type BlobStore, recordBlob } from "../storage/blobs.ts";
import type { Db, Tx } from "../storage/database.ts";
import { insertInbox } from "../storage/inboxes.ts";
import { findLabelByName, insertLabel } from "../storage/labels.ts";
import { readProperty, writeProperty } from "../storage/properties.ts";
import { NEW_INBOX, NEW_USER } from "../storage/schema.ts";
import { insertUser } from "../storage/users.ts";
import { type DemoBatch, writeBatch } from "./demo-batch.ts";
import { DEMO_DAYS } from "./demo-calendar.ts";
import { DEMO_FILES } from "./demo-files.ts";
import { AGENTS, INBOXES, LABELS } from "./demo-people.ts";
import { DemoIds } from "./demo-ids.ts";
import { type DemoPlan, type DemoSetting, DemoTickets } from "./demo-tickets.ts";

export interface DemoOptions {
  site: string;
  tickets: number;
  /** The same seed gives the same data, ids included, on either engine. */
  seed: number;
  /** Everything lies in the two years before this moment, in epoch milliseconds. */
  until?: number;
}

export interface DemoCounts {
  tickets: number;
  messages: number;
  customers: number;
}

const DEMO_UNTIL = Date.UTC(2026, 9, 1);

/** Tickets a transaction: about half a second on SQLite, in which a server on the same folder waits with its writes. */
const BATCH = 1000;

/**
 * Fills an account with lifelike tickets, customers and everything around them, as the desk would have written them.
 * Makes the account when `site` is new (without an owner). Goes on from the account's last ticket number.
 * Refuses an account that holds demo data already. Works in batches, one transaction each: interrupted, the batches
 * that were reported to `onProgress` stay, whole.
 */
export async function seedDemo(
  { db, blobs }: { db: Db; blobs: BlobStore },
  { site, tickets, seed, until = DEMO_UNTIL }: DemoOptions,
  onProgress: (done: number, total: number) => void,
): Promise<DemoCounts> {
  const faults = [
    ...(Number.isSafeInteger(tickets) && tickets >= 1 ? [] : ["tickets must be a whole number, at least 1"]),
    ...(Number.isSafeInteger(seed) && seed >= 0 ? [] : ["seed must be a whole number, at least 0"]),
  ];
  if (faults.length > 0) throw new Invalid(faults);
  const { plan, setting, ids } = await db.transact(
    async (tx) => await prepare(tx, blobs, { site, tickets, seed, until }),
  );
  const maker = new DemoTickets(plan, setting, ids);
  const counts: DemoCounts = { tickets: 0, messages: 0, customers: 0 };
  const write = async (batch: DemoBatch): Promise<void> => {
    await db.transact(async (tx) => await writeBatch(tx, plan.accountId, batch));
    counts.tickets += batch.tickets.length;
    counts.messages += batch.messages.length;
    counts.customers += batch.customers.length;
    onProgress(counts.tickets, tickets);
  };
  let writing = Promise.resolve();
  for (let first = 0; first < tickets; first += BATCH) {
    // Made while PostgreSQL still writes the one before.
    const batch = maker.make(first, Math.min(first + BATCH, tickets));
    await writing;
    writing = write(batch);
  }
  await writing;
  return counts;
}

interface Prepared {
  plan: DemoPlan;
  setting: DemoSetting;
  ids: DemoIds;
}

/** The account and what its tickets refer to: people, inboxes, labels, files. */
async function prepare(tx: Tx, blobs: BlobStore, options: Required<DemoOptions>): Promise<Prepared> {
  const { site, seed, tickets, until } = options;
  const account = (await findAccountBySite(tx, site)) ?? newAccount(site, site);
  const property = `demo.${account.id}`;
  const held = await readProperty(tx, property);
  if (held !== undefined) throw new Invalid([`this account already holds the demo data of seed ${held}`]);
  if ((await findAccountBySite(tx, site)) === undefined) await insertAccount(tx, account);
  await writeProperty(tx, property, String(seed));
  const ids = new DemoIds(seed);
  const at = until - (DEMO_DAYS + 1) * DAY;
  for (const { hash, bytes } of DEMO_FILES) await recordBlob(tx, blobs, { accountId: account.id, hash, bytes, at });
  const setting = {
    users: await addAgents(tx, account.id, ids, at),
    inboxes: await addInboxes(tx, account.id, ids, at),
    labels: await addLabels(tx, account.id, ids, at),
  };
  return { plan: { accountId: account.id, seed, tickets, until }, setting, ids };
}

async function addAgents(tx: Tx, accountId: string, ids: DemoIds, at: number): Promise<string[]> {
  const users = [];
  for (const { first, last } of AGENTS) {
    const id = ids.at(at);
    const email = `${first}@rosewater.example`
      .normalize("NFKD")
      .replace(/[^a-zA-Z@.]/g, "")
      .toLowerCase();
    const names = { first_name: first, last_name: last, email, email_key: contactKey("email", email) };
    const user = {
      account_id: accountId,
      id,
      ...names,
      role: "agent" as const,
      password_hash: null,
      version: 1,
      created_at: at,
      ...NEW_USER,
    };
    if (!(await insertUser(tx, user))) throw new Invalid([`a user with the email ${email} is already there`]);
    users.push(id);
  }
  return users;
}

async function addInboxes(tx: Tx, accountId: string, ids: DemoIds, at: number): Promise<string[]> {
  const inboxes = [];
  for (const { name, address } of INBOXES) {
    const id = ids.at(at);
    const key = contactKey("email", address);
    const inbox = {
      account_id: accountId,
      id,
      name,
      address,
      address_key: key,
      ...NEW_INBOX,
      version: 1,
      created_at: at,
    };
    if (!(await insertInbox(tx, inbox))) throw new Invalid([`an inbox with the address ${address} is already there`]);
    inboxes.push(id);
  }
  return inboxes;
}

/** A label that the account has under the same name is used as it is. */
async function addLabels(tx: Tx, accountId: string, ids: DemoIds, at: number): Promise<string[]> {
  const labels = [];
  for (const { name, color } of LABELS) {
    const id = ids.at(at);
    const key = labelKey(name);
    const label = { account_id: accountId, id, name, name_key: key, color, version: 1, created_at: at };
    const held = await findLabelByName(tx, accountId, key);
    if (held === undefined) await insertLabel(tx, label);
    labels.push(held?.id ?? id);
  }
  return labels;
}
