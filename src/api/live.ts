import type { ServerResponse } from "node:http";
import type { Presence } from "../domain/presence.ts";

/** Who reads a stream. */
export interface StreamReader {
  accountId: string;
  /** Null for a token, which sees everything but what is one user's own. */
  userId: string | null;
  tokenId: string | null;
  sessionId: string | null;
  /** The inboxes whose tickets they see; null for all. */
  inboxIds: readonly string[] | null;
}

/** What the API needs of live updates; `src/realtime` has them. */
export interface LiveUpdates {
  /** Whether one more stream is too many for its account or its reader. */
  isFull(reader: StreamReader): boolean;
  /**
   * Takes a response over, headers included, and keeps it open. `after` is the id of the last event that the reader has;
   * null: it begins now. `isAllowed` is asked from time to time: whether the reader may still read, with the same rights.
   */
  open(
    response: ServerResponse,
    reader: StreamReader,
    after: string | null,
    isAllowed: () => Promise<boolean>,
  ): Promise<void>;
  /** Someone has a ticket open, for the next 45 seconds. */
  enter(accountId: string, presence: Presence): Promise<void>;
  leave(accountId: string, presence: Omit<Presence, "state">): Promise<void>;
  /** Ends every stream; their readers come back to another process, or to this one when it is started again. */
  close(): void;
}
