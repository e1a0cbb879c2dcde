import { Type } from "typebox";
import { SEARCH_OPERATORS } from "../domain/search-query.ts";
import { EMBEDS } from "./conventions/embed.ts";
import type { Parameter } from "./router.ts";

/** The query parameters that several endpoints take, as the documentation shows them. */

const list = (about: string): Parameter["schema"] => Type.String({ description: about });

export function parameter(name: string, about: string, schema: Parameter["schema"] = list(about)): Parameter {
  return { name, about, schema };
}

export const FIELDS = parameter("fields", "Comma separated fields to answer with; all when empty");
export const ENVELOPE = parameter(
  "envelope",
  "`true` packs status, headers and response into the body of a 200",
  Type.String(),
);
export const COUNT = parameter("count", "`true` adds the header Total-Count; costs a credit", Type.String());
export const EMBED = parameter("embed", `Comma separated, of: ${EMBEDS.join(", ")}; each costs a credit`);
export const PAGE = parameter("page", "Page number, from 1", Type.Integer({ minimum: 1, default: 1 }));
export const PER_PAGE = parameter(
  "per_page",
  "How many results, 0 to 100",
  Type.Integer({ minimum: 0, maximum: 100, default: 10 }),
);
export const QUERY = parameter("q", "Words that must all be found; `refun*` finds every word that begins so");
export const SEARCH: Parameter = {
  ...parameter(
    "q",
    'Words that must all be found; `refun*` finds every word that begins so, `"a phrase"` words side by side, `-word` leaves ' +
      `out. Operators: ${SEARCH_OPERATORS.map((name) => `\`${name}:\``).join(" ")}`,
  ),
  byTheClock: true,
};
export const SINCE_CREATED = parameter("since_created_at", "Created since this time (ISO 8601), inclusive");
export const SINCE_UPDATED = parameter("since_updated_at", "Updated since this time (ISO 8601), inclusive");

export function sortParameter(sorts: Iterable<string>, about = "How to sort"): Parameter {
  const values = [...sorts];
  return parameter("sort", about, Type.Enum(values as [string, ...string[]]));
}

/** What every endpoint that answers with a resource takes. */
export const OF_RESOURCE = [FIELDS, ENVELOPE];
/** What every collection with pages takes. */
export const OF_PAGES = [PAGE, PER_PAGE, COUNT, FIELDS, ENVELOPE];
/** What a collection that is answered whole takes (R11). */
export const OF_WHOLE = [COUNT, FIELDS, ENVELOPE];
