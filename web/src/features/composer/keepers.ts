import type { Id } from "../../api/types.ts";
import { keepSafe } from "../../lib/unsaved.ts";
import { type Store, createStore } from "../../lib/store.ts";
import { DraftKeeper } from "./draft-keeper.ts";
import { Uploads } from "./uploads.ts";

/** What is written in one place, and the files that are on their way into it. */
export interface Desk {
  keeper: DraftKeeper;
  uploads: Uploads;
  /** How many screens show it. */
  shown: number;
}

/** The same for a new ticket, which has an inbox to be sent from. */
export interface FreeDesk extends Desk {
  inbox: Store<Id | null>;
}

const desks = new Map<string, Desk>();
const free = new Set<FreeDesk>();

/** The desk of a ticket: the same one however often its composer comes and goes. */
export function deskOf(writer: Id, ticketId: Id): Desk {
  const key = keyOf(writer, ticketId);
  const known = desks.get(key);
  if (known !== undefined) return known;
  const keeper = new DraftKeeper(writer, { ticketId }, "reply");
  const desk = { keeper, uploads: new Uploads(keeper), shown: 0 };
  desks.set(key, desk);
  return desk;
}

/** While it is shown a desk stays. Returns what lets it go: what is saved is forgotten, so that memory stays as it was. */
export function holdDesk(desk: Desk, writer: Id, ticketId: Id): () => void {
  const key = keyOf(writer, ticketId);
  desks.set(key, desk);
  return hold(desk, () => desks.delete(key));
}

/** The desk of a new ticket: of the draft with this id, else a blank one. */
export function freeDesk(writer: Id, draftId: Id | null): FreeDesk {
  const known = [...free].find(({ keeper }) => keeper.writer === writer && keeper.draftId === draftId);
  if (known !== undefined) return known;
  const inbox = createStore<Id | null>(null);
  const keeper = new DraftKeeper(writer, { inboxId: inbox.get }, "reply");
  const desk = { keeper, uploads: new Uploads(keeper), inbox, shown: 0 };
  free.add(desk);
  return desk;
}

export function holdFreeDesk(desk: FreeDesk): () => void {
  free.add(desk);
  return hold(desk, () => free.delete(desk));
}

function hold(desk: Desk, forget: () => void): () => void {
  desk.shown += 1;
  return () => {
    desk.shown -= 1;
    void forgetWhenSaved(desk, forget);
  };
}

async function forgetWhenSaved(desk: Desk, forget: () => void): Promise<void> {
  const { keeper, uploads } = desk;
  await keeper.flush();
  if (desk.shown === 0 && !keeper.isDirty && !uploads.isBusy && keeper.store.get().other === null) forget();
}

function keyOf(writer: Id, ticketId: Id): string {
  return `${writer} ${ticketId}`;
}

function keepers(): DraftKeeper[] {
  return [...desks.values(), ...free].map(({ keeper }) => keeper);
}

keepSafe(async () => {
  await Promise.all(keepers().map(async (keeper) => await keeper.flush()));
});
addEventListener("pagehide", () => {
  for (const keeper of keepers()) keeper.flushLeaving();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden") return;
  for (const keeper of keepers()) void keeper.flush();
});
// What could not be saved would be lost, and so would a file on its way: the browser asks first.
addEventListener("beforeunload", (event) => {
  const open = [...desks.values(), ...free];
  const isLost = ({ keeper, uploads }: Desk): boolean =>
    uploads.isBusy ||
    (keeper.isDirty &&
      (keeper.store.get().saved === "failed" || keeper.store.get().other !== null || !navigator.onLine));
  if (open.some(isLost)) event.preventDefault();
});
