import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { TicketFilter } from "../../api/queries/ticket-page.ts";
import { unreadCountQuery } from "../../api/queries/tickets.ts";
import type { Id } from "../../api/types.ts";
import { formatNumber } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { announce } from "../../lib/announce.ts";
import { setTitlePrefix } from "../../lib/use-title.ts";
import type { LoadedList } from "./use-list.ts";

const TOP_FIRST = new Set(["-updated_at", "-created_at"]);

/**
 * How many unread tickets have come to the top of a list since one was there; nobody who reads further down is moved.
 * People who use a screen reader are told of each.
 */
export function useNewRows({ list, first }: LoadedList, atTop: boolean): number {
  const known = useRef<ReadonlySet<Id> | null>(null);
  const seen = useRef<ReadonlySet<Id> | null>(null);
  const [count, setCount] = useState(0);
  const page = first.data?.rows;
  useEffect(() => {
    if (page === undefined || !TOP_FIRST.has(list.sort)) return;
    const fresh = (before: ReadonlySet<Id>): number => {
      const end = page.findIndex(({ id }) => before.has(id));
      return page.slice(0, end < 0 ? undefined : end).filter(({ unread }) => unread === true).length;
    };
    const ids = new Set(page.map(({ id }) => id));
    if (known.current !== null) {
      const came = fresh(known.current);
      if (came > 0) announce(t("list.came", { count: came }));
    }
    known.current = ids;
    if (atTop || seen.current === null) seen.current = ids;
    setCount(fresh(seen.current));
  }, [page, list.sort, atTop]);
  return atTop ? 0 : count;
}

/** The window's title begins with how many tickets of the open list are unread. Of what fits on a page one sees it. */
export function useUnreadTitle(filter: TicketFilter | null, { total, first }: LoadedList): void {
  const page = first.data?.rows;
  const isLong = page !== undefined && total > page.length;
  const { data: counted = 0 } = useQuery({ ...unreadCountQuery(filter ?? {}), enabled: filter !== null && isLong });
  const seen = filter === null ? 0 : (page?.filter((row) => row.unread === true).length ?? 0);
  const unread = isLong ? counted : seen;
  useEffect(() => {
    setTitlePrefix(unread === 0 ? "" : `(${formatNumber(unread)}) `);
    return () => setTitlePrefix("");
  }, [unread]);
}
