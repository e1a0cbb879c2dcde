import { buffer } from "node:stream/consumers";
import { SECOND, now } from "../domain/time.ts";
import { parseMessage } from "../mail/parse.ts";
import { tokensOf } from "../mail/spam-tokens.ts";
import { enqueue } from "../queue/queue.ts";
import { findAccount } from "../storage/accounts.ts";
import type { Reader, Tx } from "../storage/database.ts";
import type { Storage } from "../storage/open.ts";
import { type OpeningMessage, findOpeningMessage, isAnswered } from "../storage/opening-messages.ts";
import type { SpamTrainingRow, TicketRow } from "../storage/schema.ts";
import { addTraining, findTraining, removeTraining } from "../storage/spam.ts";
import { findTicket, lockTicket } from "../storage/tickets.ts";

export interface TrainingPayload {
  ticket_id: string;
}

/** A person said that a ticket is spam, or that it is not: the filter learns that in a moment. */
export async function enqueueTraining(tx: Tx, { account_id, id }: Pick<TicketRow, "account_id" | "id">): Promise<void> {
  await enqueue(tx, account_id, { kind: "train-spam", payload: { ticket_id: id } satisfies TrainingPayload });
}

/** A person answered: what they answered is no spam. Learned once the answer cannot be taken back any more. */
export async function enqueueTrainingByAnswer(tx: Tx, { account_id, id }: TicketRow): Promise<void> {
  const opening = await findOpeningMessage(tx, account_id, id);
  if (opening === undefined || (await findTraining(tx, account_id, opening.id)) !== undefined) return;
  const account = await findAccount(tx, account_id);
  const runAt = now() + ((account?.undo_seconds ?? 0) + 1) * SECOND;
  await enqueue(tx, account_id, { kind: "train-spam", payload: { ticket_id: id } satisfies TrainingPayload, runAt });
}

/**
 * Brings what the filter has learned from a ticket's first message to what people have said of the ticket by now. It reads
 * how things stand and not what happened, so it may run again, late, or in any order.
 */
export async function trainSpam(
  { db, blobs }: Pick<Storage, "db" | "blobs">,
  accountId: string,
  ticketId: string,
): Promise<void> {
  const [ticket, opening] = [
    await findTicket(db, accountId, ticketId),
    await findOpeningMessage(db, accountId, ticketId),
  ];
  if (ticket === undefined || opening === undefined) return;
  // Before the transaction, so that nobody waits for the disk and the parser.
  const wanted = await lessonOf(db, ticket, opening);
  const known = await findTraining(db, accountId, opening.id);
  if (known?.verdict === wanted || (known === undefined && wanted === null)) return;
  const tokens = tokensOf(await parseMessage(await buffer(await blobs.read(accountId, opening.hash))));
  await db.transact(async (tx) => {
    const locked = await lockTicket(tx, accountId, ticketId);
    if (locked === undefined) return;
    await learn(tx, { account_id: accountId, message_id: opening.id }, await lessonOf(tx, locked, opening), tokens);
  });
}

async function learn(
  tx: Tx,
  message: Pick<SpamTrainingRow, "account_id" | "message_id">,
  verdict: SpamTrainingRow["verdict"] | null,
  tokens: readonly string[],
): Promise<void> {
  const known = await findTraining(tx, message.account_id, message.message_id);
  if (known?.verdict === verdict || (known === undefined && verdict === null)) return;
  if (known !== undefined) await removeTraining(tx, known);
  if (verdict !== null) await addTraining(tx, { ...message, verdict, tokens: JSON.stringify(tokens) });
}

/**
 * What a ticket teaches. The filter does not learn from its own verdict: of what it called spam it learns only that it was
 * wrong. Of anything else it learns that it is spam when somebody says so, and that it is not when somebody answers.
 */
async function lessonOf(
  reader: Reader,
  ticket: TicketRow,
  { outcome }: OpeningMessage,
): Promise<SpamTrainingRow["verdict"] | null> {
  if (outcome === "spam") return ticket.spam === 1 ? null : "ham";
  if (ticket.spam === 1) return "spam";
  return (await isAnswered(reader, ticket.account_id, ticket.id)) ? "ham" : null;
}
