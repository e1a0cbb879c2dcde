import type { TicketPage } from "../../../api/queries/ticket-page.ts";
import { ROW_HEIGHT, TicketRowView } from "../ticket-row.tsx";
import { cx } from "../../../lib/class-names.ts";
import { keptNumber } from "../../../lib/kept.ts";
import { type Place, ticketPath } from "../../../lib/places.ts";
import { useLayout } from "../../../lib/use-media.ts";
import { usePanes } from "../../../lib/use-panes.ts";

const NO_NAMES = { labels: new Map(), users: new Map() };

/** The rows that are seen, where the list will have them; around them the panes that they stand in, empty. */
export function EarlyList({ place, sort, page }: { place: Place; sort: string; page: TicketPage }) {
  const layout = useLayout();
  const { railSmall, listWidth } = usePanes();
  const rows = page.rows.slice(0, Math.ceil(innerHeight / ROW_HEIGHT));
  return (
    <div className="flex h-full">
      {layout === "wide" && (
        <div className={cx("shrink-0 border-e border-line bg-ground-low", railSmall ? "w-13" : "w-56")} />
      )}
      <div
        style={layout === "phone" ? undefined : { width: keptNumber("list-width") ?? listWidth }}
        className={cx("flex flex-col", layout === "phone" ? "min-w-0 flex-1" : "shrink-0")}
      >
        <div className="h-12.25 shrink-0 border-b border-line pointer-coarse:h-14.25" />
        <div role="grid" className="relative min-h-0 flex-1 overflow-hidden">
          {rows.map((row, at) => (
            <TicketRowView
              key={row.id}
              row={row}
              at={at}
              top={at * ROW_HEIGHT}
              href={ticketPath(place, row.id)}
              names={NO_NAMES}
              selected={false}
              selecting={false}
              focused={false}
              open={false}
              byCreation={sort.endsWith("created_at")}
              hits={[]}
            />
          ))}
        </div>
      </div>
      {layout !== "phone" && <div className="w-px shrink-0 bg-line" />}
    </div>
  );
}
