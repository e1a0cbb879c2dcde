import { newKey } from "../../api/client.ts";
import { type UploadOptions, uploadAttachment } from "../../api/queries/attachments.ts";
import { queryClient } from "../../api/query-client.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import type { Attachment, Id } from "../../api/types.ts";
import { formatSize } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { type Store, createStore } from "../../lib/store.ts";
import type { DraftKeeper } from "./draft-keeper.ts";

/** What the server takes when it has not said so. */
const USUAL_LIMIT = 25 * 1024 * 1024;
/** Of one message (the API's limit). */
const MOST_FILES = 100;

/** A file on its way to the server. */
export interface Upload {
  key: string;
  name: string;
  /** Bytes; null while it is not known. */
  size: number | null;
  /** An image inside the text, which is shown from `preview` until it is there. */
  inline: boolean;
  preview: string | null;
  contentId: string | null;
  /** From 0 to 1. */
  share: number;
  /** Why it stopped, in plain words; it can be tried again unless it is too large. */
  error: string | null;
  final: boolean;
  /** An inline image that is there, and waits to be put into the text. */
  attachment: Attachment | null;
}

/** Where the bytes come from: a file at hand, or an attachment of another message that is sent on. */
type Read = (signal: AbortSignal) => Promise<{ file: Blob; contentId: string | null }>;

/** The files that are added to what is written in one place. They go on while its composer is not shown. */
export class Uploads {
  readonly store: Store<readonly Upload[]> = createStore<readonly Upload[]>([]);
  /** Attachments of other messages that were taken along to a forward: they leave with it. */
  readonly carried = new Map<Id, Id>();
  readonly #keeper: DraftKeeper;
  readonly #running = new Map<string, { read: Read; stop: AbortController; isNote: boolean; from: Id | null }>();

  constructor(keeper: DraftKeeper) {
    this.#keeper = keeper;
  }

  get isBusy(): boolean {
    return this.store.get().some(({ error }) => error === null);
  }

  /** Adds files beside the text. */
  add(files: readonly File[]): void {
    for (const file of files) this.#begin(file.name, file.size, async () => ({ file, contentId: null }));
  }

  /** Adds an image to the text; the editor puts it where it belongs by the key. */
  addInline(file: File): string {
    const contentId = `${newKey()}@cantrip`;
    return this.#begin(file.name, file.size, async () => ({ file, contentId }), {
      inline: true,
      preview: URL.createObjectURL(file),
      contentId,
    });
  }

  /** Sends an attachment of another message on. */
  carry({ id, name, size }: Attachment, read: Read): void {
    const isThere = [...this.carried.values()].includes(id);
    const isComing = [...this.#running.values()].some(({ from }) => from === id);
    if (!isThere && !isComing) this.#begin(name, size, read, {}, id);
  }

  retry(key: string): void {
    this.#change(key, { error: null, share: 0 });
    void this.#run(key);
  }

  /** Stops it and forgets it. */
  cancel(key: string): void {
    this.#running.get(key)?.stop.abort();
    this.forget(key);
  }

  forget(key: string): void {
    this.#running.delete(key);
    const preview = this.store.get().find((upload) => upload.key === key)?.preview ?? null;
    if (preview !== null) URL.revokeObjectURL(preview);
    this.store.set((uploads) => uploads.filter((upload) => upload.key !== key));
  }

  #begin(name: string, size: number | null, read: Read, more: Partial<Upload> = {}, from: Id | null = null): string {
    const key = newKey();
    const error = this.#refusal(size);
    const blank = { inline: false, preview: null, contentId: null, attachment: null, share: 0 };
    const given = name.trim() === "" ? t("composer.unnamedFile") : name;
    this.store.set((all) => [...all, { ...blank, ...more, key, name: given, size, error, final: error !== null }]);
    const isNote = this.#keeper.content.kind === "note";
    this.#running.set(key, { read, stop: new AbortController(), isNote, from });
    if (error === null) void this.#run(key);
    return key;
  }

  #refusal(size: number | null): string | null {
    const limit = queryClient.getQueryData(sessionQuery.queryKey)?.server.attachment_limit ?? USUAL_LIMIT;
    if (size !== null && size > limit) return t("composer.tooLarge", { limit: formatSize(limit) });
    const count = this.#keeper.content.files.length + this.store.get().length;
    return count >= MOST_FILES ? t("composer.tooMany", { count: MOST_FILES }) : null;
  }

  async #run(key: string): Promise<void> {
    const task = this.#running.get(key);
    const upload = this.store.get().find((each) => each.key === key);
    if (task === undefined || upload === undefined) return;
    if (task.stop.signal.aborted) task.stop = new AbortController();
    const { signal } = task.stop;
    try {
      const { file, contentId } = await task.read(signal);
      const onProgress: UploadOptions["onProgress"] = (share) => this.#change(key, { share });
      const attachment = await uploadAttachment(file, { name: upload.name, contentId, onProgress, signal });
      if (signal.aborted) return;
      if (task.from !== null) this.carried.set(attachment.id, task.from);
      if (upload.inline) this.#change(key, { share: 1, attachment });
      else {
        this.#keeper.addFile(attachment, task.isNote, { along: task.from !== null });
        this.forget(key);
      }
    } catch (error) {
      if (!signal.aborted) this.#change(key, { error: error instanceof Error ? error.message : t("error.unknown") });
    }
  }

  #change(key: string, changes: Partial<Upload>): void {
    this.store.set((uploads) => uploads.map((upload) => (upload.key === key ? { ...upload, ...changes } : upload)));
  }
}
