import type { ColumnTypes } from "../migrate.ts";

/** Which ticket somebody answered who was never on it: theirs is another, and leads there. */
export function statements({ id }: ColumnTypes): string[] {
  return [`alter table tickets add column linked_to ${id}`];
}
