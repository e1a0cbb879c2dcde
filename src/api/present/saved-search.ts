import { formatTime } from "../../domain/time.ts";
import type { SavedSearchRow } from "../../storage/schema.ts";
import { type Resource, type ResourceFields, pickFields } from "../conventions/fields.ts";

const FIELDS: ResourceFields = {
  documented: ["id", "name", "query", "shared", "user_id", "created_at"],
  extra: ["version"],
};

export function presentSavedSearch(search: SavedSearchRow, asked: ReadonlySet<string> | null): Resource {
  const { id, name, query, user_id, version } = search;
  const created_at = formatTime(search.created_at);
  return pickFields({ id, name, query, shared: search.shared === 1, user_id, created_at, version }, FIELDS, asked);
}
