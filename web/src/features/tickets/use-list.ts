import { keepPreviousData, useQueries, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { inboxesQuery, labelsQuery, savedSearchesQuery } from "../../api/queries/folders.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import { LIST_PAGE, type TicketList, type TicketPage } from "../../api/queries/ticket-page.ts";
import { blockEndQuery, blockOf, ticketPageQuery } from "../../api/queries/tickets.ts";
import type { Id, TicketRow } from "../../api/types.ts";
import type { Place } from "../../lib/places.ts";
import { filterOf } from "./place-filter.ts";
import { useSort } from "./use-sort.ts";

/** As much of a list as is asked for, at its places; what is between has not been read. */
export interface LoadedList {
  list: TicketList;
  /** How many there are in all. */
  total: number;
  /** The rows by their place in the list; holes where nothing was read. */
  rows: ReadonlyMap<number, TicketRow>;
  places: ReadonlyMap<Id, number>;
  first: UseQueryResult<TicketPage>;
}

/** Why a place has no list: what it names is not there, or the reader has no access to that inbox. */
export type NoList = "gone" | "forbidden" | null;

/** The filter and order behind a place; null while what it rests on is being read, or when there is no such list. */
export function usePlaceList(place: Place): { list: TicketList | null; missing: NoList } {
  const { data: session } = useQuery(sessionQuery);
  const saved = useQuery({ ...savedSearchesQuery, enabled: place.kind === "saved" });
  const [sort] = useSort(place);
  const me = session?.user.id;
  const searches = saved.data;
  const missing = useMissing(place, session?.user.inbox_ids ?? null);
  const list = useMemo(() => {
    if (me === undefined || missing !== null || (place.kind === "saved" && searches === undefined)) return null;
    return { filter: filterOf(place, me, searches), sort };
  }, [me, place, searches, missing, sort]);
  return { list, missing };
}

/** Null as long as the names are not read: the list need not wait for them. */
function useMissing(place: Place, within: readonly Id[] | null): NoList {
  const { data: inboxes } = useQuery({ ...inboxesQuery, enabled: place.kind === "inbox" });
  const { data: labels } = useQuery({ ...labelsQuery, enabled: place.kind === "label" });
  const { data: searches } = useQuery({ ...savedSearchesQuery, enabled: place.kind === "saved" });
  if (place.kind === "folder" || place.kind === "search") return null;
  if (place.kind === "inbox" && within !== null && !within.includes(place.id)) return "forbidden";
  const named = { inbox: inboxes, label: labels, saved: searches }[place.kind];
  return named === undefined || named.some(({ id }) => id === place.id) ? null : "gone";
}

const NO_LIST: TicketList = { filter: {}, sort: "" };

/**
 * Reads the pages of a list that hold these places (from 0), and the first, which knows the total. Pages further down than
 * 10,000 rows come after the end of the block before them.
 */
export function useList(list: TicketList | null, wanted: readonly number[]): LoadedList {
  const numbers = new Set([1, ...wanted.map((place) => Math.floor(place / LIST_PAGE) + 1)]);
  const key = [...numbers].toSorted((one, other) => one - other).join();
  const pages = useMemo(() => key.split(",").map(Number), [key]);
  const ends = useBlockEnds(list, blockOf(pages.at(-1) ?? 1));
  const combine = useCallback(
    (results: UseQueryResult<TicketPage>[]) => {
      const [first] = results;
      if (first === undefined) throw new Error("the first page is always asked for");
      return { first, ...placeRows(pages, results) };
    },
    [pages],
  );
  const { first, rows, places } = useQueries({
    queries: pages.map((page) => {
      const block = blockOf(page);
      const after = block === 0 ? null : ends[block - 1];
      const enabled = list !== null && after !== undefined && !(block > 0 && after === null);
      return { ...ticketPageQuery(list ?? NO_LIST, page, after), enabled };
    }),
    combine,
  });
  return { list: list ?? NO_LIST, total: first.data?.total ?? 0, rows, places, first };
}

/** The last ticket of each of the first `blocks` blocks, one after the other, as each needs the one before. */
function useBlockEnds(list: TicketList | null, blocks: number): readonly (Id | null | undefined)[] {
  const { data } = useQuery({
    queryKey: ["tickets", list?.filter ?? {}, list?.sort ?? "", "ends", blocks],
    queryFn: async ({ client }): Promise<readonly (Id | null)[]> => {
      const ends: (Id | null)[] = [];
      for (let block = 0; block < blocks; block += 1) {
        const after = ends.at(-1) ?? null;
        if (block > 0 && after === null) break;
        // oxlint-disable-next-line no-await-in-loop -- each block begins where the one before ends
        ends.push(await client.fetchQuery(blockEndQuery(list ?? NO_LIST, block, after)));
      }
      return ends;
    },
    enabled: list !== null && blocks > 0,
    placeholderData: keepPreviousData,
  });
  return data ?? [];
}

/**
 * Puts pages together. A page that lost rows (closed a moment ago) lets those behind it move up, and a row that is on two
 * pages (it moved between their answers) is shown once.
 */
export function placeRows(
  pages: readonly number[],
  loaded: readonly { data: TicketPage | undefined }[],
): { rows: Map<number, TicketRow>; places: Map<Id, number> } {
  const rows = new Map<number, TicketRow>();
  const places = new Map<Id, number>();
  let at = 0;
  let before = 0;
  pages.forEach((page, index) => {
    at += (page - before - 1) * LIST_PAGE;
    before = page;
    const found = loaded[index]?.data?.rows;
    if (found === undefined) {
      at += LIST_PAGE;
      return;
    }
    for (const row of found) {
      if (places.has(row.id)) continue;
      rows.set(at, row);
      places.set(row.id, at);
      at += 1;
    }
  });
  return { rows, places };
}
