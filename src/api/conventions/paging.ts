import { Malformed } from "../../domain/errors.ts";
import type { Slice, SortDirection } from "../../storage/paging.ts";
import type { Query } from "./query.ts";

const PER_PAGE = 10;
const MOST_PER_PAGE = 100;
const FURTHEST = 10_000;

/** `page` and `per_page` as a slice (R6). */
export function readPaging(query: Query): Slice {
  const perPage = readNumber(query, "per_page", PER_PAGE);
  if (perPage === null || perPage > MOST_PER_PAGE) {
    throw new Malformed(`per_page must be a whole number from 0 to ${MOST_PER_PAGE}`);
  }
  const page = readNumber(query, "page", 1);
  if (page === null || page < 1) throw new Malformed("page must be a whole number from 1");
  if (page * perPage > FURTHEST) {
    throw new Malformed(
      `page × per_page must be at most ${FURTHEST}: to go further, iterate with since_created_at instead of page`,
    );
  }
  return { limit: perPage, offset: (page - 1) * perPage };
}

function readNumber(query: Query, name: string, absent: number): number | null {
  const text = query.text(name);
  if (text === undefined || text === "") return absent;
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** `sort`, as one of the sorts that the endpoint documents; the first is the default (R7). */
export function readSort<T>(query: Query, sorts: ReadonlyMap<string, T>): T {
  const [fallback] = sorts.values();
  const text = query.list("sort")?.join(",");
  const sort = text === undefined ? fallback : sorts.get(text);
  if (sort === undefined) throw new Malformed(`sort must be one of: ${[...sorts.keys()].join("; ")}`);
  return sort;
}

/** Newest first or oldest first, for collections that sort by creation only. */
export const BY_CREATION: ReadonlyMap<string, SortDirection> = new Map([
  ["-created_at", "desc"],
  ["created_at", "asc"],
]);
