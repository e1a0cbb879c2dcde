import type { Actor } from "../domain/events.ts";
import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import type { DraftKind } from "../domain/states.ts";
import { now } from "../domain/time.ts";
import { lockAttachments } from "../storage/attachments.ts";
import { findCustomer } from "../storage/customers.ts";
import { RunAgain, type Tx } from "../storage/database.ts";
import { deleteDraft, insertDraft, lockDraft, lockTicketDraft, updateDraft } from "../storage/drafts.ts";
import { recordChange } from "../storage/events.ts";
import { findInbox } from "../storage/inboxes.ts";
import type { DraftRow } from "../storage/schema.ts";
import { findTicket } from "../storage/tickets.ts";
import type { Precondition } from "./precondition.ts";

export interface DraftInput {
  kind?: DraftKind;
  inbox_id?: string | null;
  customer_id?: string | null;
  subject?: string | null;
  to?: string | null;
  cc?: string | null;
  bcc?: string | null;
  body?: string;
  htmlized?: boolean | null;
  attachment_ids?: readonly string[] | null;
}

/** Whose drafts: nobody sees or changes another's. */
export type Writer = Actor & { userId: string };

export interface DraftPlace {
  accountId: string;
  writer: Writer;
  /** Holds for the version that is there, 0 when there is none. */
  precondition: Precondition;
}

/**
 * Saves what a user is writing on a ticket: the whole of it, in place of what was saved. Saying the same again changes
 * nothing. The precondition fails when another device saved, sent or discarded something since.
 */
export async function saveTicketDraft(
  tx: Tx,
  place: DraftPlace,
  ticketId: string,
  input: DraftInput,
  faults: Faults,
): Promise<DraftRow> {
  if ((await findTicket(tx, place.accountId, ticketId)) === undefined) throw new NotFound();
  const current = await lockTicketDraft(tx, place.accountId, place.writer.userId, ticketId);
  return await saveDraft(tx, place, current, ticketId, input, faults);
}

/** Begins the draft of a new ticket. */
export async function createDraft(tx: Tx, place: DraftPlace, input: DraftInput, faults: Faults): Promise<DraftRow> {
  return await saveDraft(tx, place, undefined, null, input, faults);
}

/** Saves the draft of a new ticket: as `saveTicketDraft`. */
export async function saveFreeDraft(
  tx: Tx,
  place: DraftPlace,
  id: string,
  input: DraftInput,
  faults: Faults,
): Promise<DraftRow> {
  const current = await lockDraft(tx, place.accountId, place.writer.userId, id);
  if (current === undefined || current.ticket_id !== null) throw new NotFound();
  return await saveDraft(tx, place, current, null, input, faults);
}

/** Discards what a user is writing on a ticket. Returns whether there was something. */
export async function dropTicketDraft(tx: Tx, accountId: string, writer: Writer, ticketId: string): Promise<boolean> {
  const draft = await lockTicketDraft(tx, accountId, writer.userId, ticketId);
  if (draft !== undefined) await drop(tx, writer, draft);
  return draft !== undefined;
}

/** Discards a draft by its id. Returns whether the user had one. */
export async function dropDraft(tx: Tx, accountId: string, writer: Writer, id: string): Promise<boolean> {
  const draft = await lockDraft(tx, accountId, writer.userId, id);
  if (draft !== undefined) await drop(tx, writer, draft);
  return draft !== undefined;
}

async function drop(tx: Tx, writer: Writer, draft: DraftRow): Promise<void> {
  await deleteDraft(tx, draft, now());
  await record(tx, writer, draft);
}

async function saveDraft(
  tx: Tx,
  { accountId, writer, precondition }: DraftPlace,
  current: DraftRow | undefined,
  ticketId: string | null,
  input: DraftInput,
  faults: Faults,
): Promise<DraftRow> {
  await checkReferences(tx, accountId, input, faults);
  faults.throwIfAny();
  const content = contentOf(input);
  if (current !== undefined && isSame(current, content)) return current;
  // After that: a request that is sent again because its answer was lost follows a version that it replaced itself.
  precondition(current?.version ?? 0);
  const at = now();
  const draft: DraftRow = {
    account_id: accountId,
    id: current?.id ?? newId(),
    user_id: writer.userId,
    ticket_id: ticketId,
    ...content,
    version: (current?.version ?? 0) + 1,
    created_at: current?.created_at ?? at,
    updated_at: at,
  };
  if (current !== undefined) await updateDraft(tx, draft);
  // Another device was first in the same moment: what it saved is seen the next time round.
  else if (!(await insertDraft(tx, draft))) throw new RunAgain();
  await record(tx, writer, draft);
  return draft;
}

type Content = Omit<DraftRow, "account_id" | "id" | "user_id" | "ticket_id" | "version" | "created_at" | "updated_at">;

function contentOf(input: DraftInput): Content {
  return {
    kind: input.kind ?? "reply",
    inbox_id: input.inbox_id ?? null,
    customer_id: input.customer_id ?? null,
    subject: input.subject ?? null,
    to: input.to ?? null,
    cc: input.cc ?? null,
    bcc: input.bcc ?? null,
    body: input.body ?? "",
    htmlized: input.htmlized === true ? 1 : 0,
    attachment_ids: JSON.stringify([...new Set(input.attachment_ids ?? [])]),
  };
}

function isSame(draft: DraftRow, content: Content): boolean {
  return Object.entries(content).every(([name, value]) => draft[name as keyof Content] === value);
}

async function checkReferences(tx: Tx, accountId: string, input: DraftInput, faults: Faults): Promise<void> {
  if (input.inbox_id != null && (await findInbox(tx, accountId, input.inbox_id)) === undefined) {
    faults.add("inbox_id must be the id of an inbox");
  }
  if (input.customer_id != null && (await findCustomer(tx, accountId, input.customer_id)) === undefined) {
    faults.add("customer_id must be the id of a customer");
  }
  const ids = input.attachment_ids ?? [];
  const found = new Map((await lockAttachments(tx, accountId, ids)).map((attachment) => [attachment.id, attachment]));
  for (const [index, id] of ids.entries()) {
    const attachment = found.get(id);
    if (attachment === undefined) faults.add(`attachment_ids[${index}] must be the id of an attachment`);
    else if (attachment.message_id !== null) faults.add(`attachment_ids[${index}] is already used`);
  }
}

async function record(tx: Tx, writer: Writer, { account_id, id, ticket_id }: DraftRow): Promise<void> {
  await recordChange(tx, account_id, writer, {
    kind: "draft.changed",
    resource: "draft",
    id,
    ...(ticket_id !== null && { ticketId: ticket_id }),
    audienceId: writer.userId,
  });
}
