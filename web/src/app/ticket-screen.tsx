import { useParams } from "@tanstack/react-router";
import { CustomerPane } from "../features/ticket/public/customer-pane.tsx";
import { TicketPane } from "../features/ticket/public/ticket-pane.tsx";
import { t } from "../i18n/t.ts";
import { frameState, openCustomer } from "../lib/frame-state.ts";
import { useStore } from "../lib/store.ts";
import { useLayout } from "../lib/use-media.ts";
import { usePanes } from "../lib/use-panes.ts";
import { usePlace } from "../lib/use-place.ts";
import { Sheet } from "../ui/dialog.tsx";

/** A ticket, with its customer beside it where there is room. */
export function TicketScreen() {
  const { ticketId = "" } = useParams({ strict: false });
  const { place } = usePlace();
  const layout = useLayout();
  const { customerOpen } = useStore(frameState);
  const { customerShown } = usePanes();
  return (
    <>
      <section aria-label={t("frame.ticket")} className="flex min-w-0 flex-1 flex-col">
        <TicketPane key={ticketId} ticketId={ticketId} place={place} />
      </section>
      {layout === "wide" ? (
        customerShown && (
          <section
            aria-label={t("frame.customer")}
            className="flex w-70 shrink-0 flex-col overflow-y-auto border-s border-line print:hidden"
          >
            <CustomerPane ticketId={ticketId} />
          </section>
        )
      ) : (
        <Sheet open={customerOpen} onClose={() => openCustomer(false)} title={t("frame.customer")} size="small">
          <CustomerPane ticketId={ticketId} />
        </Sheet>
      )}
    </>
  );
}
