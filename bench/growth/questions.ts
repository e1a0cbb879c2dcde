import { askJson, ask } from "../load/ask.ts";
import type { BenchAccount } from "../data/build-accounts.ts";

/** A value for every documented filter of tickets, taken from an account's own data: what it holds most of, where it has a choice. */
export async function filtersOf(url: string, { token }: BenchAccount): Promise<Map<string, string>> {
  const get = async <T>(path: string): Promise<T> => await askJson<T>(url, token, `/api/v1${path}`);
  const [users, inboxes, labels] = await Promise.all(
    ["/users", "/inboxes", "/labels"].map(async (path) => await get<{ id: string }[]>(path)),
  );
  const tickets = await get<Ticket[]>("/tickets?per_page=100");
  const most = async (name: string, things: { id: string }[] | undefined): Promise<string> => {
    const counts = [];
    for (const { id } of things ?? []) counts.push({ id, count: await countOf(url, token, `${name}=${id}`) });
    return counts.toSorted((a, b) => b.count - a.count)[0]?.id ?? "";
  };
  const oldest = await get<Ticket[]>("/tickets?sort=created_at&per_page=1");
  const since = oldest[0]?.created_at ?? "";
  return new Map([
    ["id", `id=${tickets.map(({ id }) => id).join(",")}`],
    ["inbox_id", `inbox_id=${await most("inbox_id", inboxes)}`],
    ["customer_id", `customer_id=${tickets.map(({ customer_id }) => customer_id).join(",")}`],
    ["user_id", `user_id=${await most("user_id", users)}`],
    ["user_id_null", "user_id=null"],
    ["label_id", `label_id=${await most("label_id", labels)}`],
    ["label_ids", `label_id=${(labels ?? []).map(({ id }) => id).join(",")}`],
    ["state_open", "state=open"],
    ["state_closed", "state=closed"],
    ["state_not_open", "state=closed,hold,snoozed,archived"],
    ["type_email", "type=email"],
    ["type_other", "type=twitter,chat,web,sms"],
    ["spam_false", "spam=false"],
    ["spam_true", "spam=true"],
    ["trash_false", "trash=false"],
    ["trash_true", "trash=true"],
    ["since_created_at", `since_created_at=${since}`],
    ["since_updated_at", `since_updated_at=${since}`],
  ]);
}

interface Ticket {
  id: string;
  customer_id: string;
  created_at: string;
}

export async function countOf(url: string, token: string, query: string): Promise<number> {
  const { headers, status, body } = await ask(url, token, `/api/v1/tickets?count=true&per_page=0&${query}`);
  if (status !== 200) throw new Error(`${query}: ${status} ${body.slice(0, 300)}`);
  return Number(headers["total-count"]);
}

export const SORTS = [
  "-created_at",
  "created_at",
  "updated_at",
  "-updated_at",
  "user_id",
  "-user_id",
  "user_id,-updated_at",
];

/** Two words each: common with common, common with rare, rare with rare, of the language that the data set is written in. */
export const SEARCHES = pairs(
  ["order", "please", "parcel", "refund", "thank", "password", "invoice", "delivery"],
  ["the", "you", "address", "yesterday", "broken", "account", "tuesday", "replacement"],
);

/** The orders that a search is measured in, by what they are called. */
export const SEARCH_ORDERS = { ranked: "relevance", newest: "-created_at" } as const;

function pairs(first: readonly string[], second: readonly string[]): string[] {
  return first.flatMap((one) => second.map((other) => `${one} ${other}`));
}
