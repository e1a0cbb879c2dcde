import { useEffect } from "react";
import { queryClient } from "../../api/query-client.ts";
import { markSeen, showChanged, ticketKeys } from "../../api/queries/tickets.ts";
import type { Id, TicketRow } from "../../api/types.ts";

/** How long a ticket is shown before it counts as seen, in milliseconds. */
const SEEN_AFTER = 1000;

let keptUnread: Id | null = null;

/** A ticket that was just marked as unread stays so until another one is opened. */
export function keepUnread(id: Id): void {
  keptUnread = id;
}

/** Marks the ticket as seen, up to its last message, once it was before one's eyes for a second. */
export function useSeen(ticket: TicketRow, lastMessageId: Id | undefined): void {
  const { id, unread } = ticket;
  useEffect(() => {
    if (keptUnread !== id) keptUnread = null;
    if (unread !== true || lastMessageId === undefined || keptUnread === id) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      clearTimeout(timer);
      if (document.visibilityState === "visible") timer = setTimeout(() => void see(id, lastMessageId), SEEN_AFTER);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [id, unread, lastMessageId]);
}

async function see(id: Id, lastMessageId: Id): Promise<void> {
  const putBack = showChanged([id], (each) => ({ ...each, unread: false }));
  // Nothing is lost when it fails: it is unread a while longer.
  await markSeen(id, lastMessageId).catch(putBack);
  void queryClient.invalidateQueries({ queryKey: ticketKeys.one(id), exact: true });
}
