// Longer than most: a new ticket as a whole, whose parts are each in a file of their own.
import type { Editor } from "@tiptap/core";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { freeDraftQuery } from "../../api/queries/drafts.ts";
import { inboxesQuery } from "../../api/queries/folders.ts";
import type { Id } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { useCommand } from "../../keys/commands.ts";
import { FIRST_PLACE } from "../../lib/places.ts";
import { useStore } from "../../lib/store.ts";
import { toastDone } from "../../lib/toasts.ts";
import { useGo } from "../../lib/use-go.ts";
import { useTitle } from "../../lib/use-title.ts";
import { IconButton } from "../../ui/button.tsx";
import { Select } from "../../ui/field.tsx";
import { DraftConflict } from "./interruptions.tsx";
import { type FreeDesk, freeDesk, holdFreeDesk } from "./keepers.ts";
import { RecipientRows, SubjectRow } from "./recipient-rows.tsx";
import { SavedMark } from "./saved-mark.tsx";
import { SendButtons } from "./send-buttons.tsx";
import { SignaturePreview } from "./signature-preview.tsx";
import { useNewTicket } from "./use-new-ticket.ts";
import { WritingArea } from "./writing-area.tsx";

interface NewTicketFormProps {
  draftId: Id | null;
  me: Id;
  /** The inboxes that one may see; null: all. */
  within: readonly Id[] | null;
  /** The draft was saved for the first time. */
  onMade: (draftId: Id) => void;
}

/** A ticket that begins with us: from which inbox, to whom, about what. */
export function NewTicketForm({ draftId, me, within, onMade }: NewTicketFormProps) {
  const [desk] = useState(() => freeDesk(me, draftId));
  const { keeper } = desk;
  const go = useGo();
  const editor = useRef<Editor | null>(null);
  useStore(keeper.store);
  useTitle(keeper.content.subject || t("command.newTicket"));
  useEffect(() => holdFreeDesk(desk), [desk]);
  useServerDraft(desk, draftId);
  useAddress(desk, draftId, onMade);
  const inboxId = useInbox(desk, within);
  const leave = (): void => (history.length > 1 ? history.back() : go.place(FIRST_PLACE));
  useCommand("go.back", leave);
  const sending = useNewTicket(desk, inboxId);
  const discard = (): void => {
    const content = keeper.discard();
    go.place(FIRST_PLACE, true);
    toastDone(t("composer.discarded"), async () => {
      const blank = freeDesk(me, null);
      blank.keeper.bringBack(content);
      go.to("/new");
    });
  };
  return (
    <section aria-label={t("command.newTicket")} className="flex min-w-0 flex-1 flex-col overflow-y-auto">
      <header className="flex h-12 shrink-0 items-center gap-1 border-b border-line px-2">
        <IconButton
          icon={ArrowLeft}
          label={t("command.back")}
          command="go.back"
          onClick={leave}
          className="rtl:-scale-x-100"
        />
        <h1 className="min-w-0 flex-1 px-1 font-semibold">{t("command.newTicket")}</h1>
        <SavedMark keeper={keeper} />
      </header>
      <div className="mx-auto w-full max-w-[52rem] p-6 max-medium:p-0">
        <div className="rounded border border-edge bg-ground-float max-medium:rounded-none max-medium:border-0">
          <DraftConflict keeper={keeper} />
          <WritingArea
            desk={desk}
            ticketId={null}
            label={t("composer.text")}
            placeholder={t("composer.writeFirst")}
            tall
            describe={() => []}
            above={
              <div className="px-4 pt-1">
                <InboxRow desk={desk} inboxId={inboxId} within={within} />
                <RecipientRows keeper={keeper} focus={keeper.content.to.length === 0} />
                <SubjectRow keeper={keeper} label={t("composer.subject")} />
              </div>
            }
            below={inboxId !== null && <SignaturePreview inboxId={inboxId} userId={me} />}
            editorRef={editor}
            onReady={(made) => keeper.content.to.length > 0 && made.commands.focus("end")}
            onEscape={() => editor.current?.commands.blur()}
            actions={
              <>
                {sending.problem !== null && (
                  <p role="alert" className="basis-full text-end text-sm text-danger-ink">
                    {sending.problem}
                  </p>
                )}
                <SendButtons
                  label={t("command.send")}
                  labelWithClose={t("command.sendAndClose")}
                  busy={sending.busy}
                  canWait
                  onSend={sending.send}
                  onDiscard={keeper.isEmpty ? null : discard}
                />
              </>
            }
          />
        </div>
      </div>
    </section>
  );
}

/** What the server has of this draft: another device may write on it too. */
function useServerDraft({ keeper, inbox }: FreeDesk, draftId: Id | null): void {
  const { data: draft } = useQuery({ ...freeDraftQuery(draftId ?? ""), enabled: draftId !== null });
  useEffect(() => {
    if (draft === undefined) return;
    keeper.hear(draft);
    if (draft !== null && inbox.get() === null) inbox.set(draft.inbox_id);
  }, [keeper, inbox, draft]);
}

/** The address names the draft once there is one, so that a reload finds it. */
function useAddress({ keeper }: FreeDesk, draftId: Id | null, onMade: (id: Id) => void): void {
  const go = useGo();
  const { saved } = useStore(keeper.store);
  const id = keeper.draftId;
  useEffect(() => {
    if (saved !== "saved" || id === null || draftId === id || location.search.includes(id)) return;
    onMade(id);
    go.to(`/new?draft=${id}`, true);
  }, [saved, id, draftId, onMade, go]);
}

/** The inbox that was chosen, else the first that one may see. */
function useInbox({ inbox }: FreeDesk, within: readonly Id[] | null): Id | null {
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  const chosen = useStore(inbox);
  const mine = inboxes.filter(({ id }) => within === null || within.includes(id));
  return mine.find(({ id }) => id === chosen)?.id ?? mine[0]?.id ?? null;
}

function InboxRow({ desk, inboxId, within }: { desk: FreeDesk; inboxId: Id | null; within: readonly Id[] | null }) {
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  const mine = inboxes.filter(({ id }) => within === null || within.includes(id));
  return (
    <label className="flex min-h-9 items-center gap-2 border-b border-line pointer-coarse:min-h-11">
      <span className="w-14 shrink-0 text-sm text-muted">{t("composer.from")}</span>
      <Select
        value={inboxId ?? ""}
        className="border-transparent! bg-transparent! px-0!"
        onChange={(event) => {
          desk.inbox.set(event.currentTarget.value);
          desk.keeper.change({});
        }}
      >
        {mine.map(({ id, name, address }) => (
          <option key={id} value={id}>
            {address == null ? name : t("composer.inboxNamed", { name, address })}
          </option>
        ))}
      </Select>
    </label>
  );
}
