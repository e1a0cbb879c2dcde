import type { Id } from "../../api/types.ts";
import { type Place, placePath } from "../../lib/places.ts";

/**
 * Where one was in each list: how far it was scrolled, and which row had the focus. Scrolling outlives a reload, for as
 * long as the tab is there; it is kept under a number made from the place, so that no words of a search are written down.
 */
interface Memory {
  focus: Id | null;
  /** The place of the focus in the list: where it stays when its ticket leaves. */
  at: number;
  open: { id: Id; at: number } | null;
}

const memories = new Map<string, Memory>();

function memoryOf(place: Place): Memory {
  const path = placePath(place);
  const memory = memories.get(path) ?? { focus: null, at: 0, open: null };
  memories.set(path, memory);
  return memory;
}

export function readFocus(place: Place): { focus: Id | null; at: number } {
  return memoryOf(place);
}

export function keepFocus(place: Place, focus: Id | null, at: number): void {
  Object.assign(memoryOf(place), { focus, at });
}

/** The place that a ticket of this list had when it was last seen in it; null when it was not. */
export function lastPlaceOf(place: Place, id: Id): number | null {
  const { open, focus, at } = memoryOf(place);
  if (open?.id === id) return open.at;
  return focus === id ? at : null;
}

export function noteOpen(place: Place, id: Id, at: number): void {
  memoryOf(place).open = { id, at };
}

export function readScroll(place: Place, sort: string): number {
  try {
    const kept = Number(sessionStorage.getItem(scrollKey(place, sort)));
    return Number.isFinite(kept) && kept > 0 ? kept : 0;
  } catch {
    return 0;
  }
}

export function keepScroll(place: Place, sort: string, top: number): void {
  try {
    if (top <= 0) sessionStorage.removeItem(scrollKey(place, sort));
    else sessionStorage.setItem(scrollKey(place, sort), String(Math.round(top)));
  } catch {
    // A browser that keeps nothing starts at the top.
  }
}

function scrollKey(place: Place, sort: string): string {
  let hash = 0;
  for (const character of `${placePath(place)} ${sort}`) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) | 0;
  return `cantrip.scroll.${hash}`;
}
