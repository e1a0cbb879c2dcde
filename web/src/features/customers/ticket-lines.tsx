import { Link } from "@tanstack/react-router";
import type { TicketRow } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { type Place, ticketPath } from "../../lib/places.ts";
import { Time } from "../../ui/time.tsx";

export const LINE_HEIGHT = 52;

/** A ticket in two lines: what about, and how it stands. */
export function TicketLine({ ticket, place, className }: { ticket: TicketRow; place: Place; className?: string }) {
  return (
    <Link
      to={ticketPath(place, ticket.id)}
      className={cx("flex h-13 flex-col justify-center rounded hover:bg-ground-hover", className)}
    >
      <span className={cx("flex gap-2 text-sm", ticket.unread === true && "font-semibold")}>
        <span className="min-w-0 flex-1 truncate" dir="auto">
          {ticket.subject ?? t("ticket.noSubject")}
        </span>
        <Time at={ticket.updated_at} short className="shrink-0 text-xs leading-5 text-muted tabular-nums" />
      </span>
      <span className="flex gap-1.5 text-xs text-muted">
        <span className="tabular-nums">{`#${ticket.number}`}</span>
        <span aria-hidden>·</span>
        <span className={cx("shrink-0", ticket.state === "open" && "text-good-ink")}>{t(`state.${ticket.state}`)}</span>
        {ticket.spam && <span className="shrink-0 text-danger-ink">{t("folder.spam")}</span>}
        {ticket.summary != null && (
          <>
            <span aria-hidden>·</span>
            <span className="min-w-0 truncate" dir="auto">
              {ticket.summary}
            </span>
          </>
        )}
      </span>
    </Link>
  );
}
