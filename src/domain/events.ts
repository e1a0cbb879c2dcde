/** Who did something: exactly one of the two is set, or neither when the product did it by itself. */
export interface Actor {
  tokenId: string | null;
  userId: string | null;
}

/** The product itself: a timer, a mail that came in, the command line. */
export const SYSTEM: Actor = { tokenId: null, userId: null };

/** What can happen to a ticket. Each is recorded once, in the transaction that makes it. */
export type EventKind =
  | "ticket.created"
  | "ticket.updated"
  | "ticket.labeled"
  | "ticket.merged"
  | "ticket.unmerged"
  | "ticket.split"
  | "message.created"
  | "message.received"
  | "message.delivery"
  | "message.undone";

/** What can happen to other things; whoever shows them reads them again. */
export type ChangeKind =
  | "customer.updated"
  | "customer.merged"
  | "customer.unmerged"
  | "settings.changed"
  | "draft.changed"
  | "seen.changed"
  | "session.ended";

/** What an event happened to. Those after `ticket` are no part of a ticket's history. */
export type EventResource =
  | "ticket"
  | "customer"
  | "inbox"
  | "label"
  | "user"
  | "account"
  | "api_token"
  | "mailbox"
  | "transport"
  | "saved_reply"
  | "saved_search"
  | "draft"
  | "seen"
  | "session";

/** What changed, field by field: `{state: ["open", "closed"]}`, old value first. */
export type Changes = Record<string, readonly [unknown, unknown]>;
