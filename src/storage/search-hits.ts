import { type SqlBool, sql } from "kysely";
import type { SearchTerm } from "../domain/search-words.ts";
import type { Reader } from "./database.ts";
import type { MessageRow } from "./schema.ts";
import { matchingMessages, messageHolds } from "./search.ts";

/** So much of a body is looked through for a snippet. */
const BODY_START = 200_000;

export type HitMessage = Pick<MessageRow, "id" | "ticket_id" | "from_name" | "from" | "body" | "htmlized">;

/** The messages of some tickets that match every term, each ticket's newest first, with the beginning of their bodies. */
export async function findMatchingMessages(
  reader: Reader,
  accountId: string,
  ticketIds: readonly string[],
  terms: readonly SearchTerm[],
): Promise<HitMessage[]> {
  if (ticketIds.length === 0 || terms.length === 0) return [];
  return await reader.query
    .selectFrom("messages")
    .select(["id", "ticket_id", "from_name", "from", "htmlized"])
    .select(sql<string>`substr(body, 1, ${sql.lit(BODY_START)})`.as("body"))
    .where("account_id", "=", accountId)
    .where("ticket_id", "in", ticketIds)
    .where(
      // Of a page's few tickets each message is asked: all that hold common words are a quarter of a million.
      reader.engine === "sqlite"
        ? messageHolds(accountId, terms)
        : sql<SqlBool>`id in ${matchingMessages(reader, accountId, terms)}`,
    )
    .orderBy("ticket_id")
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .execute();
}
