import type { Query } from "./query.ts";

/**
 * What a resource shows: `documented` always, `extra` only when `fields` names it (R1), and embeds, which `fields` may
 * call by any of their names (R2).
 */
export interface ResourceFields {
  documented: readonly string[];
  extra: readonly string[];
}

export type Resource = Record<string, unknown>;

/** The names that `fields` asks for; null means all that are documented (R2). */
export function readFields(query: Query): ReadonlySet<string> | null {
  const names = query.list("fields");
  return names === undefined ? null : new Set(names);
}

/**
 * Narrows a resource to what was asked for, in the resource's own order. `embedded` lists the embeds that are in it, each
 * with every name it may be called by.
 */
export function pickFields(
  resource: Resource,
  { documented, extra }: ResourceFields,
  asked: ReadonlySet<string> | null,
  embedded: ReadonlyMap<string, readonly string[]> = NOTHING_EMBEDDED,
): Resource {
  const picked: Resource = {};
  // A plain loop: this runs for every resource of every list.
  for (const name in resource) {
    const value = resource[name];
    if (value === undefined) continue;
    if (asked === null) {
      if (!extra.includes(name)) picked[name] = value;
      continue;
    }
    const names = embedded.get(name) ?? (documented.includes(name) || extra.includes(name) ? [name] : []);
    if (names.some((alias) => asked.has(alias))) picked[name] = value;
  }
  return picked;
}

const NOTHING_EMBEDDED: ReadonlyMap<string, readonly string[]> = new Map();
