import type { EventResource } from "../domain/events.ts";
import { formatTime } from "../domain/time.ts";
import type { EventRow } from "../storage/schema.ts";

/** What a stream tells of a change: enough to know what to fetch again, nothing that would need a right to be seen. */
export interface StreamItem {
  resource: EventResource;
  id: string;
  /** The ticket that it belongs to; null when there is none. */
  ticket_id: string | null;
  message_id: string | null;
  kind: string;
  /** Who did it; null for a token and for the product itself. */
  user_id: string | null;
  updated_at: string;
}

/** Who a stream is for, as far as it decides what they are told. */
export interface Viewer {
  userId: string | null;
  inboxIds: readonly string[] | null;
}

/** Of the end of a session its reader is told by the end of the stream. */
const UNTOLD: ReadonlySet<string> = new Set(["session.ended"]);

/** What a viewer is told of some events, in their order, each once. `inboxes`: where each ticket is now. */
export function itemsFor(
  viewer: Viewer,
  events: readonly EventRow[],
  inboxes: ReadonlyMap<string, string>,
): StreamItem[] {
  const items = new Map<string, StreamItem>();
  for (const event of events) {
    if (UNTOLD.has(event.kind) || !isTold(viewer, event, inboxes)) continue;
    const item = itemOf(event);
    const key = `${item.kind} ${item.id} ${item.message_id}`;
    items.delete(key);
    items.set(key, item);
  }
  return [...items.values()];
}

function itemOf(event: EventRow): StreamItem {
  return {
    resource: event.resource,
    id: event.resource_id ?? event.ticket_id,
    ticket_id: event.ticket_id === "" ? null : event.ticket_id,
    message_id: event.message_id,
    kind: event.kind,
    user_id: event.user_id,
    updated_at: formatTime(event.created_at),
  };
}

function isTold({ userId, inboxIds }: Viewer, event: EventRow, inboxes: ReadonlyMap<string, string>): boolean {
  if (event.audience_id !== null && event.audience_id !== userId) return false;
  if (inboxIds === null || event.ticket_id === "") return true;
  const inbox = inboxes.get(event.ticket_id);
  return (inbox !== undefined && inboxIds.includes(inbox)) || hasLeft(inboxIds, event);
}

/** Whether a ticket went out of sight with this event: the viewer is told once, and finds it gone. */
function hasLeft(inboxIds: readonly string[], { changes }: EventRow): boolean {
  if (changes?.includes('"inbox_id"') !== true) return false;
  const [before] = (JSON.parse(changes) as { inbox_id?: [unknown, unknown] }).inbox_id ?? [];
  return typeof before === "string" && inboxIds.includes(before);
}
