import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { Menu as MenuIcon, Search, UserRoundPlus } from "lucide-react";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { MOST_LISTED, customersQuery } from "../../../api/queries/customers.ts";
import { useMayWrite } from "../../../api/use-may-write.ts";
import type { Customer } from "../../../api/types.ts";
import { formatNumber } from "../../../i18n/format.ts";
import { t } from "../../../i18n/t.ts";
import { useCommand } from "../../../keys/commands.ts";
import { openRail } from "../../../lib/frame-state.ts";
import { useDebounced } from "../../../lib/use-debounced.ts";
import { useGo } from "../../../lib/use-go.ts";
import { useTitle } from "../../../lib/use-title.ts";
import { Avatar } from "../../../ui/avatar.tsx";
import { Button, IconButton } from "../../../ui/button.tsx";
import { Input } from "../../../ui/field.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { SkeletonRows } from "../../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../../ui/states.tsx";
import { Time } from "../../../ui/time.tsx";
import { nameOf } from "../name-of.ts";
import { VirtualList } from "../virtual-list.tsx";
import { closes, lazyPart } from "../../../ui/lazy-part.tsx";

const NewCustomerDialog = lazyPart(async () => (await import("../new-customer-dialog.tsx")).NewCustomerDialog, closes);

/** All customers, the newest first, and the search for one. What is searched for stands in the address. */
export function CustomersScreen() {
  const go = useGo();
  const { q: start = "" } = useSearch({ strict: false });
  const [words, setWords] = useState(start);
  const [making, setMaking] = useState(false);
  const q = useDebounced(words.trim(), 150);
  const field = useRef<HTMLInputElement>(null);
  useTitle(t("customers.list"));
  useCommand("search.focus", () => field.current?.select(), { first: true });
  useEffect(() => {
    if (q !== start) go.to(q === "" ? "/customers" : `/customers?q=${encodeURIComponent(q)}`, true);
    // oxlint-disable-next-line react/exhaustive-deps -- the address follows what is written, not the other way round
  }, [q]);
  return (
    <section aria-label={t("customers.list")} className="flex min-w-0 flex-1 flex-col">
      <Header words={words} field={field} onWords={setWords} onNew={() => setMaking(true)} />
      <Listed q={q} />
      {making && <NewCustomerDialog onClose={() => setMaking(false)} onCreated={(id) => go.to(`/customers/${id}`)} />}
    </section>
  );
}

function Header({
  words,
  field,
  onWords,
  onNew,
}: {
  words: string;
  field: RefObject<HTMLInputElement | null>;
  onWords: (words: string) => void;
  onNew: () => void;
}) {
  const may = useMayWrite();
  return (
    <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
      <IconButton
        icon={MenuIcon}
        label={t("frame.navigation")}
        onClick={() => openRail(true)}
        className="-ms-1 wide:hidden"
      />
      <h1 className="flex-1 font-semibold wide:px-2">{t("customers.list")}</h1>
      <div className="relative w-72 max-medium:order-last max-medium:w-full">
        <Icon icon={Search} className="pointer-events-none absolute inset-y-0 start-2.5 my-auto text-muted" />
        <Input
          ref={field}
          type="search"
          aria-label={t("customers.search")}
          placeholder={t("customers.search")}
          value={words}
          onChange={({ target }) => onWords(target.value)}
          className="ps-8"
        />
      </div>
      {may && (
        <Button icon={UserRoundPlus} onClick={onNew}>
          {t("customers.new")}
        </Button>
      )}
    </header>
  );
}

const HEIGHT = 56;

function Listed({ q }: { q: string }) {
  const read = useInfiniteQuery(customersQuery(q));
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = read;
  const customers = data?.pages.flatMap((page) => page.customers) ?? [];
  const total = data?.pages[0]?.total ?? 0;
  const onNearEnd = useCallback(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  if (data === undefined) {
    return isError ? (
      <ErrorState title={t("customers.failed")} error={read.error} onRetry={() => void read.refetch()} />
    ) : (
      <SkeletonRows label={t("state.loading")} />
    );
  }
  if (total === 0) {
    return q === "" ? (
      <EmptyState title={t("customers.empty")} text={t("customers.emptyText")} />
    ) : (
      <EmptyState title={t("customers.nothing")} text={t("customers.nothingText")} />
    );
  }
  return (
    <>
      <p role="status" className="shrink-0 px-5 py-2 text-sm text-muted tabular-nums max-medium:px-4">
        {t("customers.count", { count: total })}
      </p>
      <VirtualList
        key={q}
        label={t("customers.list")}
        count={customers.length}
        height={HEIGHT}
        onNearEnd={onNearEnd}
        after={
          total > MOST_LISTED && !hasNextPage ? (
            <p className="px-5 py-4 text-sm text-muted">{t("customers.most", { count: formatNumber(MOST_LISTED) })}</p>
          ) : undefined
        }
      >
        {(index) => {
          const customer = customers[index];
          return customer === undefined ? null : <Line customer={customer} />;
        }}
      </VirtualList>
    </>
  );
}

function Line({ customer }: { customer: Customer }) {
  const name = nameOf(customer);
  const contacts = customer.contacts.map(({ value }) => value).filter((value) => value !== name);
  return (
    <Link
      to="/customers/$customerId"
      params={{ customerId: customer.id }}
      className="mx-2 flex h-full items-center gap-3 rounded px-3 -outline-offset-2! hover:bg-ground-hover max-medium:mx-1"
    >
      <Avatar name={name} />
      <span className="flex min-w-0 flex-1 flex-col medium:flex-row medium:gap-4">
        <span className="min-w-0 flex-1 truncate font-medium">
          <bdi>{name}</bdi>
        </span>
        <span className="min-w-0 flex-1 truncate text-sm text-muted max-medium:empty:hidden">
          {contacts.join(", ")}
        </span>
        <span className="min-w-0 flex-1 truncate text-sm text-muted max-wide:hidden" dir="auto">
          {customer.summary}
        </span>
      </span>
      {customer.created_at !== undefined && (
        <Time at={customer.created_at} short className="w-20 shrink-0 text-end text-xs text-muted tabular-nums" />
      )}
    </Link>
  );
}
