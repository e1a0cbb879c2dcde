import type { Messages } from "../plural.ts";

/** A ticket, its conversation, its customer. */
export const ticket = {
  "state.open": "Open",
  "state.hold": "On hold",
  "state.closed": "Closed",
  "state.snoozed": "Snoozed",
  "state.archived": "Archived",
  "ticket.noSubject": "(no subject)",
  "ticket.close": "Close",
  "ticket.closed": "Ticket closed",
  "ticket.closeFailed": "The ticket could not be closed",
  "ticket.failed": "The ticket could not be loaded",
  "ticket.messagesFailed": "The messages could not be loaded",
  "ticket.conversation": "Conversation",
  "message.internal": "Internal note",
} as const satisfies Messages;
