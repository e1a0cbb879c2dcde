import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { sql } from "kysely";
import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import { hashBytes } from "../../src/storage/blobs.ts";
import { DATABASE_FILE, type Storage } from "../../src/storage/open.ts";
import { openFile } from "../../src/storage/sqlite-connection.ts";
import { labelIdsOf } from "../../src/storage/tickets.ts";

/** What is half-written in a database, in words; empty when everything in it is whole. */
export async function halfWritten({ db, blobs }: Storage, data: string, accountId: string): Promise<string[]> {
  const all = acrossAccounts(db);
  const faults: string[] = [];
  const compare = (what: string, found: readonly string[], expected: readonly string[]): void => {
    const [a, b] = [found.toSorted().join(), expected.toSorted().join()];
    if (a !== b) faults.push(`${what}: ${found.length} where ${expected.length} belong, or others`);
  };
  const tickets = await all
    .selectFrom("tickets")
    .selectAll()
    .where("account_id", "=", accountId)
    .orderBy("number")
    .execute();
  const messages = await all.selectFrom("messages").selectAll().where("account_id", "=", accountId).execute();

  compare(
    "numbers without gaps",
    tickets.map(({ number }) => String(number)),
    tickets.map((_, index) => String(index + 1)),
  );
  const counter = await all.selectFrom("counters").selectAll().where("account_id", "=", accountId).executeTakeFirst();
  if (counter?.last_ticket_number !== tickets.length) faults.push("the counter of numbers is not at the last ticket");

  const known = new Set(tickets.map(({ id }) => id));
  compare(
    "messages whose ticket is there",
    messages.filter(({ ticket_id }) => known.has(ticket_id)).map(({ id }) => id),
    messages.map(({ id }) => id),
  );

  const labels = await all.selectFrom("ticket_labels").selectAll().where("account_id", "=", accountId).execute();
  compare(
    "labels of tickets in both places",
    labels.map(({ ticket_id, label_id }) => `${ticket_id} ${label_id}`),
    tickets.flatMap((ticket) => labelIdsOf(ticket).map((label) => `${ticket.id} ${label}`)),
  );

  const jobs = await all.selectFrom("jobs").selectAll().where("account_id", "=", accountId).execute();
  compare(
    "one job for each outbound message",
    jobs
      .filter(({ kind }) => kind === "deliver-message")
      .map(({ payload }) => (JSON.parse(payload) as { message_id: string }).message_id),
    messages.filter(({ direction }) => direction === "out").map(({ id }) => id),
  );

  const events = await all.selectFrom("events").selectAll().where("account_id", "=", accountId).execute();
  const of = (kind: string): (typeof events)[number][] => events.filter((event) => event.kind === kind);
  compare(
    "one event for each ticket made",
    of("ticket.created").map(({ ticket_id }) => ticket_id),
    tickets.map(({ id }) => id),
  );
  compare(
    "one event for each message made",
    of("message.created").map(({ message_id }) => message_id ?? ""),
    messages.map(({ id }) => id),
  );

  const customers = await all.selectFrom("customers").select("id").where("account_id", "=", accountId).execute();
  const { rows: entries } = await sql<{
    id: string;
  }>`select id from search_entries where account_id = ${accountId}`.execute(all);
  compare(
    "one search entry for each message and customer",
    entries.map(({ id }) => id),
    [...messages, ...customers].map(({ id }) => id),
  );

  const files = await all.selectFrom("attachments").selectAll().where("account_id", "=", accountId).execute();
  for (const { id, hash, size } of files) {
    const bytes = await blobs
      .read(accountId, hash)
      .then(buffer)
      .catch(() => null);
    const whole = bytes !== null && bytes.byteLength === size && hashBytes(bytes) === hash;
    if (!whole) faults.push(`the bytes of attachment ${id}`);
  }

  if (db.engine === "sqlite") faults.push(...brokenFile(join(data, DATABASE_FILE)));
  return faults;
}

/** On a connection of its own: on one that searched before, FTS5 checks what it remembers and not what is there. */
function brokenFile(file: string): string[] {
  const database = openFile(file, true);
  try {
    const found = database.prepare("pragma integrity_check").all() as { integrity_check: string }[];
    const orphans = database.prepare("pragma foreign_key_check").all();
    return [
      ...found.filter((row) => row.integrity_check !== "ok").map((row) => `the file: ${row.integrity_check}`),
      ...orphans.map(() => "a row without what it refers to"),
    ];
  } finally {
    database.close();
  }
}
