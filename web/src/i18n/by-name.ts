import { currentLocale } from "./t.ts";

/** As people look names up: case and accents make no difference, numbers count as numbers. */
export function byName<T extends { name: string }>(things: readonly T[]): T[] {
  return things.toSorted((one, other) => one.name.localeCompare(other.name, currentLocale(), { numeric: true }));
}
