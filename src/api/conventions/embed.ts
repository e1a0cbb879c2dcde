import type { Query } from "./query.ts";

/** What a ticket can have embedded, under its documented name (R3). */
export const EMBEDS = ["user", "inbox", "customer", "labels", "messages"] as const;
export type Embed = (typeof EMBEDS)[number];

/** Every name that an embed goes by: the documented one first. */
export const EMBED_NAMES: ReadonlyMap<Embed, readonly string[]> = new Map([
  ["user", ["user", "users"]],
  ["inbox", ["inbox", "inboxes"]],
  ["customer", ["customer", "customers"]],
  ["labels", ["labels", "label"]],
  ["messages", ["messages", "message"]],
]);

const BY_NAME = new Map([...EMBED_NAMES].flatMap(([embed, names]) => names.map((name) => [name, embed] as const)));

/** The recognised embeds that a query asks for, each once; others are ignored. Never throws: they have a price (C1). */
export function readEmbeds(query: Query): ReadonlySet<Embed> {
  const asked = query.text("embed")?.split(",");
  return new Set(asked?.flatMap((name) => BY_NAME.get(name.trim()) ?? []));
}
