import type { Message, TicketRow } from "../../../api/types.ts";
import type { Place } from "../../../lib/places.ts";

/** Where an answer is written; at the end of the conversation. */
export function Composer(_props: { ticket: TicketRow; messages: readonly Message[]; place: Place }) {
  return null;
}
