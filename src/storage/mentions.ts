import type { Reader, Tx } from "./database.ts";
import type { MentionRow } from "./schema.ts";

export async function insertMentions(tx: Tx, mentions: readonly MentionRow[]): Promise<void> {
  if (mentions.length === 0) return;
  await tx.query
    .insertInto("mentions")
    .values([...mentions])
    .onConflict((conflict) => conflict.columns(["account_id", "user_id", "ticket_id", "message_id"]).doNothing())
    .execute();
}

/** Forgets whom a message mentioned, before the message itself goes. */
export async function deleteMentions(tx: Tx, accountId: string, messageId: string): Promise<void> {
  await tx.query
    .deleteFrom("mentions")
    .where("account_id", "=", accountId)
    .where("message_id", "=", messageId)
    .execute();
}

/** Of some tickets those in which a user is mentioned. */
export async function findMentioning(
  reader: Reader,
  accountId: string,
  userId: string,
  ticketIds: readonly string[],
): Promise<Set<string>> {
  if (ticketIds.length === 0) return new Set();
  const rows = await reader.query
    .selectFrom("mentions")
    .select("ticket_id")
    .distinct()
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("ticket_id", "in", ticketIds)
    .execute();
  return new Set(rows.map(({ ticket_id }) => ticket_id));
}
