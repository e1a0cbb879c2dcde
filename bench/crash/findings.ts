import { buffer } from "node:stream/consumers";
import { MAYBE_DELIVERED } from "../../src/desk/delivery-jobs.ts";
import { parseMessage } from "../../src/mail/parse.ts";
import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import { countOutcomes } from "../../src/storage/received-messages.ts";
import type { MessageRow } from "../../src/storage/schema.ts";
import type { ScriptedImap } from "../../test/support/scripted-imap.ts";
import type { ScriptedSmtp } from "../../test/support/scripted-smtp.ts";
import type { Desk } from "./desk-under-test.ts";
import { hashOf, keyIn } from "./letters.ts";
import type { Traffic } from "./traffic.ts";

/** What went in and out of a desk, and what became of it. All but `in`, `out` and `unclear` should be nothing. */
export interface Findings {
  in: number;
  out: number;
  lost: number;
  doubled: number;
  half: number;
  /** Replies that wait for a person, who is told that they may have been delivered (decision 0008): of them, so many were. */
  unclear: number;
  unclearDelivered: number;
  /** Sent again by their client, or fetched again: recognised, and not filed a second time. */
  duplicates: number;
  /** Taken, and still where they were in the mailbox: moving and flagging is for tidiness, and not promised. */
  untold: number;
  /** In words, each of the faults. */
  problems: string[];
}

/** Whether nothing is left to do: all is processed, fetched, moved and sent. */
export async function isQuiet({ storage, setUp }: Desk, imap: ScriptedImap): Promise<boolean> {
  const all = acrossAccounts(storage.db);
  const { pending = 0 } = await countOutcomes(storage.db, setUp.account.id);
  const mailboxes = await all.selectFrom("mailboxes").select(["last_uid"]).execute();
  const jobs = await all.selectFrom("jobs").select("id").where("failed_at", "is", null).execute();
  return pending === 0 && jobs.length === 0 && mailboxes.every(({ last_uid }) => last_uid === imap.lastUid);
}

export interface Outside {
  imap: ScriptedImap;
  sink: ScriptedSmtp;
  afterImport: "seen" | "move:Done";
}

/** Compares what went into a desk with what is in it, and what it promised to send with what arrived. */
export async function compareSets(desk: Desk, traffic: Traffic, outside: Outside): Promise<Findings> {
  const { storage, setUp } = desk;
  const { imap, sink, afterImport } = outside;
  const outcomes = await countOutcomes(storage.db, setUp.account.id);
  const findings: Findings = {
    in: traffic.letters.length,
    out: traffic.replies.length,
    lost: 0,
    doubled: 0,
    half: 0,
    unclear: 0,
    unclearDelivered: 0,
    duplicates: outcomes.duplicate ?? 0,
    untold: afterImport === "seen" ? imap.messages.size - imap.seen.size : imap.messages.size,
    problems: [],
  };
  const messages = await acrossAccounts(storage.db).selectFrom("messages").selectAll().execute();
  const byKey = Map.groupBy(messages, ({ body }) => keyIn(body) ?? "");
  await compareLetters(desk, traffic, byKey, findings);
  await compareReplies(traffic, sink, byKey, findings);
  await compareTickets(desk, messages, findings);
  await findUnfiled(desk, findings);
  return findings;
}

function fault(findings: Findings, kind: "lost" | "doubled" | "half", problem: string): void {
  findings[kind] += 1;
  findings.problems.push(`${kind}: ${problem}`);
}

/** No letter is at fault, so that none may be put aside, and none is left pending at the end. */
async function findUnfiled({ storage }: Desk, findings: Findings): Promise<void> {
  const rows = await acrossAccounts(storage.db)
    .selectFrom("received_messages")
    .select(["id", "outcome", "reason", "attempts"])
    .where("outcome", "in", ["pending", "quarantine"])
    .execute();
  for (const { id, outcome, reason, attempts } of rows) {
    fault(findings, "half", `${id} is ${outcome} after ${attempts} attempts: ${reason}`);
  }
}

type ByKey = Map<string, MessageRow[]>;

async function compareLetters(desk: Desk, traffic: Traffic, byKey: ByKey, findings: Findings): Promise<void> {
  const files = await filesByMessage(desk);
  for (const letter of traffic.letters) {
    const filed = byKey.get(letter.key) ?? [];
    if (filed.length === 0) fault(findings, "lost", `letter ${letter.key}`);
    if (filed.length > 1) fault(findings, "doubled", `letter ${letter.key} is filed ${filed.length} times`);
    for (const { id } of filed) {
      const found = (files.get(id) ?? []).join();
      if (found !== letter.files.join()) fault(findings, "half", `the attachments of letter ${letter.key}`);
    }
  }
}

/** SHA-256 of the bytes of each attachment, as they are on the disk now, by message and in order. */
async function filesByMessage({ storage, setUp }: Desk): Promise<Map<string, string[]>> {
  const rows = await acrossAccounts(storage.db)
    .selectFrom("attachments")
    .select(["message_id", "hash"])
    .where("message_id", "is not", null)
    .orderBy("message_id")
    .orderBy("position")
    .execute();
  const files = new Map<string, string[]>();
  for (const { message_id, hash } of rows) {
    const bytes = await storage.blobs.read(setUp.account.id, hash).then(buffer, () => Buffer.from("missing"));
    const id = message_id ?? "";
    files.set(id, [...(files.get(id) ?? []), hashOf(bytes)]);
  }
  return files;
}

async function compareReplies(traffic: Traffic, sink: ScriptedSmtp, byKey: ByKey, findings: Findings): Promise<void> {
  const arrived = new Map<string, string[][]>();
  for (const { raw } of sink.accepted) {
    const parsed = await parseMessage(Buffer.from(raw, "latin1"));
    const key = keyIn(parsed.text ?? parsed.html ?? "") ?? "";
    const files = parsed.attachments.map(({ content }) => hashOf(content));
    arrived.set(key, [...(arrived.get(key) ?? []), files]);
  }
  for (const { key, files } of traffic.replies) {
    const [message, ...more] = byKey.get(key) ?? [];
    if (message === undefined) fault(findings, "lost", `reply ${key} is not in the database`);
    if (more.length > 0) fault(findings, "doubled", `reply ${key} was written ${more.length + 1} times`);
    const copies = arrived.get(key) ?? [];
    const unclear = message?.delivery_state === "failed" && message.delivery_error === MAYBE_DELIVERED;
    if (unclear) findings.unclear += 1;
    if (unclear && copies.length > 0) findings.unclearDelivered += 1;
    if (copies.length > 1) fault(findings, "doubled", `reply ${key} arrived ${copies.length} times`);
    if (copies.length === 0 && !unclear) {
      fault(findings, "lost", `reply ${key} is ${message?.delivery_state}: ${message?.delivery_error}`);
    }
    if (copies.some((each) => each.join() !== files.join())) fault(findings, "half", `reply ${key} as it arrived`);
  }
  const known = new Set(traffic.replies.map(({ key }) => key));
  for (const key of arrived.keys()) if (!known.has(key)) fault(findings, "doubled", `${key} was sent by nobody`);
}

/** Rows that belong together: what a transaction writes is there as a whole, or not at all. */
async function compareTickets(
  { storage, tickets }: Desk,
  messages: readonly MessageRow[],
  findings: Findings,
): Promise<void> {
  const all = acrossAccounts(storage.db);
  const rows = await all.selectFrom("tickets").select(["id", "number"]).orderBy("number").execute();
  const filled = new Set(messages.map(({ ticket_id }) => ticket_id));
  for (const [index, { id, number }] of rows.entries()) {
    if (number !== index + 1) fault(findings, "half", `ticket number ${number} where ${index + 1} belongs`);
    if (!filled.has(id) && !tickets.includes(id)) fault(findings, "half", `ticket ${number} is empty`);
  }
  const events = await all
    .selectFrom("events")
    .select("message_id")
    .where("kind", "in", ["message.created", "message.received"])
    .execute();
  if (events.length !== messages.length) {
    fault(findings, "half", `${events.length} events of ${messages.length} messages`);
  }
  const ids = new Set(rows.map(({ id }) => id));
  const astray = messages.filter(({ ticket_id }) => !ids.has(ticket_id));
  if (astray.length > 0) fault(findings, "half", `${astray.length} messages without a ticket`);
}
