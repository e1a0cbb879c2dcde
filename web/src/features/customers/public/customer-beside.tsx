import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { customerQuery } from "../../../api/queries/customers.ts";
import { ticketsQuery } from "../../../api/queries/tickets.ts";
import type { TicketRow } from "../../../api/types.ts";
import { t } from "../../../i18n/t.ts";
import type { Place } from "../../../lib/places.ts";
import { CustomerCard } from "../customer-card.tsx";
import { ticketsOf } from "../tickets-of.ts";
import { TicketLine } from "../ticket-lines.tsx";

const SHOWN = 5;

/** The customer of the open ticket: who they are, and what else they wrote. */
export function CustomerBeside({ ticket, place }: { ticket: TicketRow; place: Place }) {
  const { data: customer } = useQuery({
    ...customerQuery(ticket.customer_id),
    placeholderData: { ...ticket.customer, version: undefined, created_at: undefined },
  });
  return (
    <div className="flex flex-col gap-5 p-4">
      {customer !== undefined && <CustomerCard key={customer.id} customer={customer} heading="h2" link />}
      <OtherTickets ticket={ticket} place={place} />
    </div>
  );
}

function OtherTickets({ ticket, place }: { ticket: TicketRow; place: Place }) {
  const { data, isError } = useInfiniteQuery(ticketsQuery(ticketsOf(ticket.customer_id)));
  const first = data?.pages[0];
  const others = first?.rows.filter(({ id }) => id !== ticket.id).slice(0, SHOWN) ?? [];
  return (
    <section aria-label={t("customer.otherTickets")} className="border-t border-line pt-3">
      <h3 className="pb-1 text-xs font-medium text-muted">{t("customer.otherTickets")}</h3>
      {isError && data === undefined && <p className="text-sm text-danger-ink">{t("customer.ticketsFailed")}</p>}
      {first !== undefined && others.length === 0 && (
        <p className="text-sm text-muted">{t("customer.noOtherTickets")}</p>
      )}
      <ul className="-mx-2">
        {others.map((other) => (
          <li key={other.id}>
            <TicketLine ticket={other} place={place} className="px-2" />
          </li>
        ))}
      </ul>
      {first !== undefined && first.total > others.length + 1 && (
        <Link
          to="/customers/$customerId"
          params={{ customerId: ticket.customer_id }}
          className="mt-1 inline-flex min-h-6 items-center rounded-sm text-sm text-accent-ink hover:underline pointer-coarse:min-h-11"
        >
          {t("customer.allTickets", { count: first.total })}
        </Link>
      )}
    </section>
  );
}
