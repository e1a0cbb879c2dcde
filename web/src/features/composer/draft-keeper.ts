// Longer than most: one object that many moments change, and whose order has to be seen in one place.
import {
  type Draft,
  type DraftInput,
  deleteFreeDraft,
  deleteTicketDraft,
  draftKeys,
  noteDraft,
  readFreeDraft,
  readTicketDraft,
  saveDraftLeaving,
  saveFreeDraft,
  saveTicketDraft,
} from "../../api/queries/drafts.ts";
import { statusOf } from "../../api/errors.ts";
import { queryClient } from "../../api/query-client.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import type { Attachment, Id } from "../../api/types.ts";
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
  /** Who writes: what one person left unsaved is never saved as another's, who signed in after them. */
  readonly writer: Id;
  #draftId: Id | null = null;
  #version = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;
  /** What was sent last, whether its answer came or not. */
  #sentLast: DraftInput | null = null;
  /** Counts changes: what came in while a save was on its way is not saved by it. */
  #changes = 0;
  #savedChanges = 0;
  #sealed = false;

  constructor(writer: Id, place: DraftPlace, kind: Kind) {
    this.writer = writer;
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

  /** Nothing that would be missed. Of a new ticket, whom it is for and its subject are somebody's work too. */
  get isEmpty(): boolean {
    const { writing } = this.store.get();
    const { to, cc, bcc, subject } = writing.active;
    const addressed = to.length + cc.length + bcc.length > 0 || subject !== "";
    return isEmptyWriting(writing) && ("ticketId" in this.place || !addressed);
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

  /**
   * A file is there: it goes to the side that it was added to, though the other may be in front now. One that came `along` with a
   * message that is forwarded is saved with the first word, as what is prefilled.
   */
  addFile(file: Attachment, isNote: boolean, { along = false } = {}): void {
    const add = (content: Content): Content => ({ ...content, files: [...content.files, file] });
    this.#set(({ active, aside }) => {
      if ((active.kind === "note") === isNote) return { active: add(active), aside };
      return { active, aside: add(aside ?? emptyContent(isNote ? "note" : "reply")) };
    }, false);
    if (!along || this.#version > 0 || this.isDirty) this.#touch();
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
    if (!this.isDirty) this.#adopt(draft);
    else if (!this.#recognise(draft)) this.#patch({ other: draft });
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
    // oxlint-disable-next-line no-await-in-loop -- whoever waited first may have begun another one
    while (this.#running !== null) await this.#running;
    if (!this.isDirty || this.#sealed || this.store.get().other !== null || !this.#isTheirs()) return;
    this.#running = this.#save();
    await this.#running;
    this.#running = null;
    if (this.isDirty && this.store.get().saved !== "failed") this.#later(SAVE_AFTER);
  }

  /** The page goes away: what is not saved goes with a request that outlives it. */
  flushLeaving(): void {
    if (!this.isDirty || this.#sealed || this.store.get().other !== null || !this.#isTheirs()) return;
    if (this.isEmpty && this.#version === 0) return;
    clearTimeout(this.#timer);
    this.#sentLast = this.#input();
    const path = "ticketId" in this.place ? this.place : { draftId: this.#draftId };
    saveDraftLeaving(path, this.isEmpty ? null : this.#sentLast);
  }

  /** Before it is sent: waits for what is on its way, and saves nothing more until `reopen`. */
  async seal(): Promise<void> {
    clearTimeout(this.#timer);
    this.#sealed = true;
    if (this.#running !== null) await this.#running;
  }

  reopen(): void {
    this.#sealed = false;
    if (this.isDirty) this.#later(SAVE_AFTER);
  }

  /** It was sent, and the server has dropped its copy. What waited aside is what is written now. */
  sent(): void {
    const { aside } = this.store.get().writing;
    this.#forget();
    this.#savedChanges = this.#changes;
    this.#sealed = false;
    this.#patch({ saved: "nothing" });
    this.#set(() => ({ active: aside ?? emptyContent("reply"), aside: null }), true);
    if (aside !== null) this.#touch();
  }

  /** Throws it away, here and on the server. Returns what was thrown away: `bringBack` undoes it. */
  discard(): Content {
    const { active, aside } = this.store.get().writing;
    this.#set(() => ({ active: aside ?? emptyContent(active.kind), aside: null }), true);
    this.#touch();
    void this.flush();
    return active;
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
    this.#later(SAVE_AFTER);
  }

  #later(wait: number): void {
    clearTimeout(this.#timer);
    if (!this.#sealed) this.#timer = setTimeout(() => void this.flush(), wait);
  }

  #isTheirs(): boolean {
    const session = queryClient.getQueryData(sessionQuery.queryKey);
    return session === undefined || session.user.id === this.writer;
  }

  async #save(): Promise<void> {
    const changes = this.#changes;
    this.#patch({ saved: "saving" });
    try {
      if (this.isEmpty) await this.#drop();
      else await this.#write();
      this.#savedChanges = changes;
      if (this.#changes === changes) this.#patch({ saved: this.isEmpty ? "nothing" : "saved" });
    } catch (error) {
      this.#patch({ saved: "failed" });
      if (statusOf(error) === 412) await this.#lookAtOther();
      // Gone elsewhere, sent or discarded: it is begun again.
      else if (statusOf(error) === 404 && this.#draftId !== null && !("ticketId" in this.place)) this.#forget();
      if (statusOf(error) !== 403) this.#later(TRY_AGAIN_AFTER);
    }
  }

  async #write(): Promise<void> {
    const input = this.#input();
    const { place } = this;
    this.#sentLast = input;
    const draft =
      "ticketId" in place ? await saveTicketDraft(place.ticketId, input) : await saveFreeDraft(this.#draftId, input);
    this.#version = draft.version;
    this.#draftId = draft.id;
    await this.#note(draft);
  }

  #input(): DraftInput {
    const { place } = this;
    const input = draftOf(this.store.get().writing, this.#version);
    return "ticketId" in place ? input : { ...input, inbox_id: place.inboxId() };
  }

  async #drop(): Promise<void> {
    if (this.#version === 0) return;
    const { place } = this;
    if ("ticketId" in place) await deleteTicketDraft(place.ticketId);
    else if (this.#draftId !== null) await deleteFreeDraft(this.#draftId);
    await this.#note(null);
    this.#forget();
  }

  /** What the cache has is not older than what is known here: an older draft would be heard as news. */
  async #note(draft: Draft | null): Promise<void> {
    const { place } = this;
    const id = draft?.id ?? this.#draftId;
    if ("ticketId" in place) await noteDraft(draftKeys.of(place.ticketId), draft);
    else if (id !== null) await noteDraft(draftKeys.free(id), draft);
  }

  #forget(): void {
    this.#version = 0;
    this.#draftId = null;
    this.#sentLast = null;
  }

  async #lookAtOther(): Promise<void> {
    const { place } = this;
    const other = await (
      "ticketId" in place ? readTicketDraft(place.ticketId) : readFreeDraft(this.#draftId ?? "")
    ).catch(() => undefined);
    if (other === null) this.#forget();
    else if (other !== undefined && !this.#recognise(other)) this.#patch({ other });
  }

  /** One's own words whose answer was lost on the way are no other device's. */
  #recognise(draft: Draft): boolean {
    const last = this.#sentLast;
    if (last === null || last.body !== draft.body || last.kind !== draft.kind) return false;
    if (last.to !== draft.to || last.cc !== draft.cc || last.bcc !== draft.bcc || last.subject !== draft.subject) {
      return false;
    }
    this.#version = draft.version;
    this.#draftId = draft.id;
    return true;
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
