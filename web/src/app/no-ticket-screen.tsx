import { t } from "../i18n/t.ts";
import { EmptyState } from "../ui/states.tsx";

/** Beside a list from which nothing is open yet. In a file of its own: a ticket is twenty times as large. */
export function NoTicketScreen() {
  return (
    <section aria-label={t("frame.ticket")} className="flex min-w-0 flex-1 flex-col justify-center bg-ground-low">
      <EmptyState title={t("frame.noTicket")} text={t("frame.noTicketText")} />
    </section>
  );
}
