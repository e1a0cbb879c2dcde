/** A slice of a collection. */
export interface Slice {
  limit: number;
  offset: number;
}

export type SortDirection = "asc" | "desc";
