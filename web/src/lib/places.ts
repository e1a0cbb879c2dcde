/**
 * Where one can be: a list of tickets, and a ticket opened from it. The URL is the state; these functions are the only
 * place that spells it.
 */
export const FOLDERS = [
  "unassigned",
  "mine",
  "mentions",
  "drafts",
  "snoozed",
  "closed",
  "hold",
  "all",
  "spam",
  "trash",
] as const;
export type Folder = (typeof FOLDERS)[number];

export type Place =
  | { kind: "folder"; folder: Folder }
  | { kind: "inbox"; id: string }
  | { kind: "label"; id: string }
  | { kind: "saved"; id: string }
  | { kind: "search"; q: string };

export const FIRST_PLACE: Place = { kind: "folder", folder: "unassigned" };

const LETTERS = { inbox: "i", label: "l", saved: "s" } as const;

/** The address of a list: `/inbox/mine`, `/inbox/i/{id}`, `/search?q=…`. */
export function placePath(place: Place): string {
  return addressOf(place, "");
}

/** The address of a ticket opened from a list: `/inbox/mine/t/{id}`. */
export function ticketPath(place: Place, ticketId: string): string {
  return addressOf(place, `/t/${encodeURIComponent(ticketId)}`);
}

function addressOf(place: Place, rest: string): string {
  if (place.kind === "folder") return `/inbox/${place.folder}${rest}`;
  if (place.kind === "search") return `/search${rest}?q=${encodeURIComponent(place.q)}`;
  return `/inbox/${LETTERS[place.kind]}/${encodeURIComponent(place.id)}${rest}`;
}

/** The list and the ticket that an address names; null for an address of another screen. */
export function readPlace(pathname: string, q: string): { place: Place; ticketId: string | null } | null {
  const parts = pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const [first, second = "", third = ""] = parts;
  if (first === "search") return { place: { kind: "search", q }, ticketId: ticketIn(parts, 1) };
  if (first !== "inbox") return null;
  const kind = (Object.keys(LETTERS) as (keyof typeof LETTERS)[]).find((each) => LETTERS[each] === second);
  if (kind !== undefined && third !== "") return { place: { kind, id: third }, ticketId: ticketIn(parts, 3) };
  const folder = FOLDERS.find((each) => each === second);
  return folder === undefined ? null : { place: { kind: "folder", folder }, ticketId: ticketIn(parts, 2) };
}

function ticketIn(parts: readonly string[], at: number): string | null {
  return parts[at] === "t" ? (parts[at + 1] ?? null) : null;
}

export function samePlace(one: Place, other: Place): boolean {
  return placePath(one) === placePath(other);
}
