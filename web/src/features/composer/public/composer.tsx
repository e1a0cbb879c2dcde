import type { Message, TicketRow } from "../../../api/types.ts";

/** Where an answer is written; at the end of the conversation. */
export function Composer(_props: { ticket: TicketRow; messages: readonly Message[] }) {
  return null;
}
