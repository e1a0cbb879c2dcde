import type { ticket as english } from "../en/ticket.ts";
import type { Translated } from "../plural.ts";

export const ticket: Translated<typeof english> = {
  "state.open": "Offen",
  "state.hold": "Wartend",
  "state.closed": "Geschlossen",
  "state.snoozed": "Später",
  "state.archived": "Archiviert",
  "ticket.noSubject": "(kein Betreff)",
  "ticket.close": "Schließen",
  "ticket.closed": "Ticket geschlossen",
  "ticket.closeFailed": "Das Ticket ließ sich nicht schließen",
  "ticket.failed": "Das Ticket ließ sich nicht laden",
  "ticket.messagesFailed": "Die Nachrichten ließen sich nicht laden",
  "ticket.conversation": "Unterhaltung",
  "message.internal": "Interne Notiz",
};
