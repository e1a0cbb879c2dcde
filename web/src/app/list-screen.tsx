import { CatchBoundary, Outlet } from "@tanstack/react-router";
import { useEffect } from "react";
import { queryClient } from "../api/query-client.ts";
import { ListPane } from "../features/tickets/public/list-pane.tsx";
import { t } from "../i18n/t.ts";
import { LIST_WIDTH } from "../lib/frame-state.ts";
import { useKeptNumber } from "../lib/use-kept-number.ts";
import { useLayout } from "../lib/use-media.ts";
import { usePanes } from "../lib/use-panes.ts";
import { usePlace } from "../lib/use-place.ts";
import { Resizer } from "../ui/resizer.tsx";
import { ScreenError } from "./screen-states.tsx";

/**
 * How often one looks, in milliseconds, whether the list is there: then the code of a ticket is fetched, so that the first one
 * opens as fast as the others, and the list waits for none of it.
 */
const LOOK_EVERY = 1000;

/** A list and the ticket that is opened from it; on a phone one of the two. */
export function ListScreen() {
  const layout = useLayout();
  const { place, ticketId } = usePlace();
  const { listWidth: start } = usePanes();
  const [width, setWidth] = useKeptNumber("list-width", start);
  useEffect(() => {
    const timer = setInterval(() => {
      if (queryClient.isFetching() > 0) return;
      clearInterval(timer);
      void import("./ticket-screen.tsx").catch(() => undefined);
    }, LOOK_EVERY);
    return () => clearInterval(timer);
  }, []);
  const alone = layout === "phone";
  const list = (
    <CatchBoundary getResetKey={() => JSON.stringify(place)} errorComponent={ScreenError}>
      <ListPane place={place} openTicketId={ticketId} />
    </CatchBoundary>
  );
  if (alone) return ticketId === null ? <div className="flex min-w-0 flex-1 flex-col">{list}</div> : <Outlet />;
  return (
    <>
      <div id="list-pane" style={{ width }} className="flex shrink-0 flex-col print:hidden">
        {list}
      </div>
      <Resizer
        label={t("frame.resizeList")}
        controls="list-pane"
        {...{ width, start, ...LIST_WIDTH }}
        onWidth={setWidth}
      />
      <Outlet />
    </>
  );
}
