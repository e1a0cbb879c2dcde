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
  | "message.created"
  | "message.received"
  | "message.delivery"
  | "message.undone";

/** What changed, field by field: `{state: ["open", "closed"]}`, old value first. */
export type Changes = Record<string, readonly [unknown, unknown]>;
