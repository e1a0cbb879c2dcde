import type { TicketFilter } from "../../api/queries/ticket-page.ts";
import type { SavedSearch } from "../../api/types.ts";
import type { Folder, Place } from "../../lib/places.ts";

const IN = { spam: false, trash: false } as const;

/** The filter of `GET /tickets` behind a place. `me` is the reader's user id. */
export function filterOf(place: Place, me: string, searches: readonly SavedSearch[] = []): TicketFilter {
  if (place.kind === "folder") return folderFilter(place.folder, me);
  if (place.kind === "inbox") return { inbox_id: place.id, state: "open", ...IN };
  if (place.kind === "label") return { label_id: place.id, ...IN };
  if (place.kind === "search") return { q: place.q };
  return { q: searches.find(({ id }) => id === place.id)?.query ?? "" };
}

function folderFilter(folder: Folder, me: string): TicketFilter {
  const folders: Record<Folder, TicketFilter> = {
    unassigned: { user_id: null, state: "open", ...IN },
    mine: { user_id: me, state: "open", ...IN },
    mentions: { mentioned: true, ...IN },
    drafts: { draft: true, ...IN },
    snoozed: { state: "snoozed", ...IN },
    closed: { state: "closed", ...IN },
    hold: { state: "hold", ...IN },
    all: IN,
    spam: { spam: true },
    trash: { trash: true },
  };
  return folders[folder];
}
