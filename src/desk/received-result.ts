import type { ReceivedMessageRow } from "../storage/schema.ts";

/** What became of a received message, and why. */
export interface ReceivedResult {
  outcome: Exclude<ReceivedMessageRow["outcome"], "pending">;
  reason: string | null;
  ticketId: string | null;
  messageId: string | null;
}
