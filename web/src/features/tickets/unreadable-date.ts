/** What `before:` and `after:` take, as `docs/search.md` says: a day or a time in ISO 8601, two words, or a span back. */
const MOMENT =
  /^(?:today|yesterday|\d{1,4}[hdwmy]|(\d{4}-\d{2}-\d{2})(?:[t ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?\s*(?:z|[+-]\d{2}(?::?\d{2})?)?)?)$/i;

/** The part of a search that names a moment which is none, as it was typed: it finds nothing. Null when there is none. */
export function unreadableDate(q: string): string | null {
  for (const [part, value = ""] of q.matchAll(/(?<![^\s-])(?:before|after):("[^"]*"|\S*)/gi)) {
    const moment = value.replaceAll('"', "").trim();
    const [all, day] = MOMENT.exec(moment) ?? [];
    if (all === undefined || (day !== undefined && !isDay(day))) return part;
  }
  return null;
}

/** There is no 30 February. */
function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
