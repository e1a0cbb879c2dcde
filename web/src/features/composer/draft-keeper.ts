import {
  type Draft,
  deleteFreeDraft,
  deleteTicketDraft,
  readFreeDraft,
  readTicketDraft,
  saveDraftLeaving,
  saveFreeDraft,
  saveTicketDraft,
} from "../../api/queries/drafts.ts";
import { statusOf } from "../../api/errors.ts";
import type { Id } from "../../api/types.ts";
import { type Store, createStore } from "../../lib/store.ts";
import {
  type Content,
  type Kind,
  type Writing,
  draftOf,
  emptyContent,
  isEmpty,
  isEmptyWriting,
  writingOf,
} from "./content.ts";

/** Milliseconds after the last keystroke. */
const SAVE_AFTER = 1000;
const TRY_AGAIN_AFTER = 5000;

/** What is known of the server's copy. */
export type Saved = "nothing" | "unsaved" | "saving" | "saved" | "failed";

export interface Kept {
  writing: Writing;
  saved: Saved;
  /** What another device saved meanwhile; nothing is saved until one of the two is chosen. */
  other: Draft | null;
  /** Counts what came from elsewhere than the editor, which then has to show it. */
  revision: number;
}

/** Where a draft is kept: with a ticket, or by itself until it becomes one. */
export type DraftPlace = { ticketId: Id } | { inboxId: () => Id | null };

/**
 * Keeps what is written: here at once, on the server a second later. Never throws: what cannot be saved is tried again,
 * and said. One for each ticket that is open, and one for a new ticket.
 */
export class DraftKeeper {
  readonly store: Store<Kept>;
  readonly place: DraftPlace;
  #draftId: Id | null = null;
  #version = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;
  /** Counts changes: what came in while a save was on its way is not saved by it. */
  #changes = 0;
  #savedChanges = 0;
  #sealed = false;

  constructor(place: DraftPlace, kind: Kind) {
    this.place = place;
    const writing = { active: emptyContent(kind), aside: null };
    this.store = createStore<Kept>({ writing, saved: "nothing", other: null, revision: 0 });
  }

  get content(): Content {
    return this.store.get().writing.active;
  }

  get isDirty(): boolean {
    return this.#changes !== this.#savedChanges;
  }

  get draftId(): Id | null {
    return this.#draftId;
  }

  /** What a person typed or chose. */
  change(changes: Partial<Content>, { shows = false } = {}): void {
    this.#set(({ active, aside }) => ({ active: { ...active, ...changes }, aside }), shows);
    this.#touch();
  }

  /** Begins with what nobody typed: the recipients of a reply, say. It is saved with the first word. */
  prefill(changes: Partial<Content>): void {
    this.#set(({ active, aside }) => ({ active: { ...active, ...changes }, aside }), true);
  }

  /** Puts the other of answer and note in front; a kind on the same side keeps its text. */
  turnTo(kind: Kind): void {
    const { active, aside } = this.store.get().writing;
    if (active.kind === kind) return;
    const sameSide = (active.kind === "note") === (kind === "note");
    if (sameSide) this.#set((now) => ({ ...now, active: { ...now.active, kind } }), true);
    else this.#set(() => ({ active: aside ?? emptyContent(kind), aside: isEmpty(active) ? null : active }), true);
    if (!sameSide && aside !== null && aside.kind !== kind) this.turnTo(kind);
    if (!isEmptyWriting(this.store.get().writing)) this.#touch();
  }

  /** What the server has now. Nobody loses what they type: with changes of one's own it is offered, not taken. */
  hear(draft: Draft | null): void {
    const { other } = this.store.get();
    if (this.#sealed || this.#running !== null || other !== null) return;
    if (draft === null) {
      if (this.#version > 0 && !this.isDirty) this.#adopt(null);
      return;
    }
    if (draft.version <= this.#version && draft.id === this.#draftId) return;
    if (this.isDirty) this.#patch({ other: draft });
    else this.#adopt(draft);
  }

  /** Chooses between two devices: the other's text, or one's own, which then replaces it. */
  settle(takeOther: boolean): void {
    const { other } = this.store.get();
    if (other === null) return;
    this.#patch({ other: null });
    if (takeOther) this.#adopt(other);
    else {
      this.#version = other.version;
      this.#draftId = other.id;
      this.#touch();
      void this.flush();
    }
  }

  /** Saves now what is not saved yet. Resolves when nothing is on its way any more. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#running !== null) await this.#running;
    if (!this.isDirty || this.#sealed || this.store.get().other !== null) return;
    this.#running = this.#save();
    await this.#running;
    this.#running = null;
    if (this.isDirty && this.store.get().saved !== "failed") this.#touch();
  }

  /** The page goes away: what is not saved goes with a request that outlives it. */
  flushLeaving(): void {
    if (!this.isDirty || this.#sealed || isEmptyWriting(this.store.get().writing)) return;
    clearTimeout(this.#timer);
    saveDraftLeaving("ticketId" in this.place ? this.place : { draftId: this.#draftId }, this.#input());
  }

  /** Before it is sent: waits for what is on its way, and saves nothing more until `reopen`. */
  async seal(): Promise<void> {
    clearTimeout(this.#timer);
    this.#sealed = true;
    if (this.#running !== null) await this.#running;
  }

  reopen(): void {
    this.#sealed = false;
    if (this.isDirty) this.#touch();
  }

  /** It was sent, and the server has dropped its copy. What waited aside is what is written now. */
  sent(): void {
    const { aside } = this.store.get().writing;
    this.#version = 0;
    this.#draftId = null;
    this.#savedChanges = this.#changes;
    this.#sealed = false;
    this.#patch({ saved: "nothing" });
    this.#set(() => ({ active: aside ?? emptyContent("reply"), aside: null }), true);
    if (aside !== null) this.#touch();
  }

  /** Throws it away, here and on the server. Returns what brings it back. */
  discard(): () => void {
    const { writing } = this.store.get();
    const { aside } = writing;
    this.#set(() => ({ active: aside ?? emptyContent(writing.active.kind), aside: null }), true);
    this.#touch();
    void this.flush();
    return () => this.bringBack(writing.active);
  }

  /** Text that was sent or discarded is written again; what was begun meanwhile stays, below it or aside. */
  bringBack(content: Content): void {
    const sameSide = (content.kind === "note") === (this.content.kind === "note");
    this.#set(({ active, aside }) => {
      if (!sameSide) return { active: content, aside: isEmpty(active) ? null : active };
      const files = [...content.files, ...active.files];
      return { active: isEmpty(active) ? content : { ...content, body: content.body + active.body, files }, aside };
    }, true);
    this.#touch();
    void this.flush();
  }

  #touch(): void {
    this.#changes += 1;
    this.#patch({ saved: "unsaved" });
    clearTimeout(this.#timer);
    if (!this.#sealed) this.#timer = setTimeout(() => void this.flush(), SAVE_AFTER);
  }

  async #save(): Promise<void> {
    const changes = this.#changes;
    this.#patch({ saved: "saving" });
    try {
      if (isEmptyWriting(this.store.get().writing)) await this.#drop();
      else await this.#write();
      this.#savedChanges = changes;
      const isNothing = isEmptyWriting(this.store.get().writing);
      if (this.#changes === changes) this.#patch({ saved: isNothing ? "nothing" : "saved" });
    } catch (error) {
      this.#patch({ saved: "failed" });
      if (statusOf(error) === 412) await this.#lookAtOther();
      // Gone elsewhere, sent or discarded: it is begun again.
      else if (statusOf(error) === 404 && this.#draftId !== null && !("ticketId" in this.place)) this.#forget();
      if (statusOf(error) !== 403) this.#timer = setTimeout(() => void this.flush(), TRY_AGAIN_AFTER);
    }
  }

  async #write(): Promise<void> {
    const input = this.#input();
    const { place } = this;
    const draft =
      "ticketId" in place ? await saveTicketDraft(place.ticketId, input) : await saveFreeDraft(this.#draftId, input);
    this.#version = draft.version;
    this.#draftId = draft.id;
  }

  #input() {
    const { place } = this;
    const input = draftOf(this.store.get().writing, this.#version);
    return "ticketId" in place ? input : { ...input, inbox_id: place.inboxId() };
  }

  async #drop(): Promise<void> {
    if (this.#version === 0) return;
    const { place } = this;
    if ("ticketId" in place) await deleteTicketDraft(place.ticketId);
    else if (this.#draftId !== null) await deleteFreeDraft(this.#draftId);
    this.#forget();
  }

  #forget(): void {
    this.#version = 0;
    this.#draftId = null;
  }

  async #lookAtOther(): Promise<void> {
    const { place } = this;
    const other = await (
      "ticketId" in place ? readTicketDraft(place.ticketId) : readFreeDraft(this.#draftId ?? "")
    ).catch(() => undefined);
    if (other === null) this.#forget();
    else if (other !== undefined) this.#patch({ other });
  }

  #adopt(draft: Draft | null): void {
    this.#version = draft?.version ?? 0;
    this.#draftId = draft?.id ?? null;
    this.#savedChanges = this.#changes;
    this.#set(
      ({ active }) => (draft === null ? { active: emptyContent(active.kind), aside: null } : writingOf(draft)),
      true,
    );
    this.#patch({ saved: draft === null ? "nothing" : "saved" });
  }

  #set(next: (writing: Writing) => Writing, shows: boolean): void {
    this.store.set((kept) => ({
      ...kept,
      writing: next(kept.writing),
      revision: shows ? kept.revision + 1 : kept.revision,
    }));
  }

  #patch(changes: Partial<Kept>): void {
    this.store.set((kept) => ({ ...kept, ...changes }));
  }
}

const keepers = new Map<Id, DraftKeeper>();

/** The keeper of a ticket's draft: the same one however often its composer comes and goes. */
export function keeperOf(ticketId: Id): DraftKeeper {
  const known = keepers.get(ticketId);
  if (known !== undefined) return known;
  const keeper = new DraftKeeper({ ticketId }, "reply");
  keepers.set(ticketId, keeper);
  return keeper;
}

/** Forgets what is saved, so that nothing of a ticket stays in memory for ever. */
export function releaseKeeper(ticketId: Id): void {
  const keeper = keepers.get(ticketId);
  if (keeper === undefined) return;
  void keeper.flush().finally(() => {
    if (!keeper.isDirty) keepers.delete(ticketId);
  });
}

addEventListener("pagehide", () => {
  for (const keeper of keepers.values()) keeper.flushLeaving();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden") return;
  for (const keeper of keepers.values()) void keeper.flush();
});
