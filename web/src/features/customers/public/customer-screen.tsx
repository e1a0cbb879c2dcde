import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useCallback } from "react";
import { statusOf } from "../../../api/errors.ts";
import { customerQuery } from "../../../api/queries/customers.ts";
import { ticketsQuery } from "../../../api/queries/tickets.ts";
import type { Customer, Id } from "../../../api/types.ts";
import { t } from "../../../i18n/t.ts";
import { useCommand } from "../../../keys/commands.ts";
import type { Place } from "../../../lib/places.ts";
import { useGo } from "../../../lib/use-go.ts";
import { useTitle } from "../../../lib/use-title.ts";
import { Icon } from "../../../ui/icon.tsx";
import { SkeletonRows } from "../../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../../ui/states.tsx";
import { CustomerCard } from "../customer-card.tsx";
import { nameOf } from "../name-of.ts";
import { LINE_HEIGHT, TicketLine } from "../ticket-lines.tsx";
import { ticketsOf } from "../tickets-of.ts";
import { VirtualList } from "../virtual-list.tsx";

const ALL: Place = { kind: "folder", folder: "all" };

/** One customer: who they are, and all their tickets. */
export function CustomerScreen() {
  const { customerId = "" } = useParams({ strict: false });
  const { data: customer, isError, error, refetch } = useQuery(customerQuery(customerId));
  const go = useGo();
  useTitle(customer === undefined ? t("frame.customer") : nameOf(customer));
  useCommand("go.back", () => go.to("/customers"));
  return (
    <section aria-label={t("frame.customer")} className="flex min-w-0 flex-1 flex-col">
      <div className="flex h-12 shrink-0 items-center border-b border-line px-3 pointer-coarse:h-14">
        <Link
          to="/customers"
          className="inline-flex h-8 items-center gap-1.5 rounded px-2 text-sm text-muted hover:bg-ground-hover hover:text-text pointer-coarse:h-11"
        >
          <Icon icon={ArrowLeft} className="rtl:-scale-x-100" />
          {t("customers.back")}
        </Link>
      </div>
      {customer === undefined && <h1 className="sr-only">{t("frame.customer")}</h1>}
      {customer === undefined ? (
        isError ? (
          <Failed error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows label={t("state.loading")} />
        )
      ) : (
        <Shown key={customer.id} customer={customer} />
      )}
    </section>
  );
}

function Failed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  if (statusOf(error) === 404) return <EmptyState title={t("customer.gone")} text={t("customer.goneText")} />;
  return <ErrorState title={t("customer.failed")} error={error} onRetry={onRetry} />;
}

function Shown({ customer }: { customer: Customer }) {
  return (
    <div className="flex min-h-0 flex-1 max-medium:flex-col max-medium:overflow-y-auto">
      <div className="shrink-0 overflow-y-auto border-line p-4 medium:w-80 medium:border-e max-medium:border-b">
        <CustomerCard customer={customer} heading="h1" link={false} />
      </div>
      <Tickets customerId={customer.id} />
    </div>
  );
}

function Tickets({ customerId }: { customerId: Id }) {
  const read = useInfiniteQuery(ticketsQuery(ticketsOf(customerId)));
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = read;
  const rows = data?.pages.flatMap((page) => page.rows) ?? [];
  const onNearEnd = useCallback(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const total = data?.pages[0]?.total ?? null;
  return (
    <section
      aria-label={t("customer.tickets")}
      className="flex min-h-0 min-w-0 flex-1 flex-col px-2 pt-3 max-medium:min-h-80"
    >
      <h2 className="flex gap-2 px-2 pb-2 font-semibold">
        {t("customer.tickets")}
        {total !== null && <span className="font-normal text-muted tabular-nums">{total}</span>}
      </h2>
      {data === undefined && isError && (
        <ErrorState title={t("customer.ticketsFailed")} error={read.error} onRetry={() => void read.refetch()} />
      )}
      {data === undefined && !isError && <SkeletonRows label={t("state.loading")} />}
      {total === 0 && <EmptyState title={t("customer.noTickets")} />}
      {rows.length > 0 && (
        <VirtualList label={t("customer.tickets")} count={rows.length} height={LINE_HEIGHT} onNearEnd={onNearEnd}>
          {(index) => {
            const ticket = rows[index];
            return ticket === undefined ? null : <TicketLine ticket={ticket} place={ALL} className="px-2" />;
          }}
        </VirtualList>
      )}
    </section>
  );
}
