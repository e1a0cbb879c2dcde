import { summarize } from "../domain/text.ts";
import type { MessageRow, TicketRow } from "../storage/schema.ts";
import { messageText } from "../storage/search-entries.ts";

export type Summary = Pick<TicketRow, "summary" | "summary_type">;

/** Of a ticket without messages. */
export const NO_SUMMARY: Summary = { summary: null, summary_type: null };

/**
 * A ticket's summary after one more message: that of its first reply, else of its first note (K1).
 * Returns null when the message does not change it.
 */
export function summaryWith(
  current: Pick<TicketRow, "summary_type">,
  message: Pick<MessageRow, "type" | "body" | "htmlized">,
): Summary | null {
  const first = current.summary_type === null || (current.summary_type === "note" && message.type === "reply");
  return first ? { summary: summarize(messageText(message)), summary_type: message.type } : null;
}
