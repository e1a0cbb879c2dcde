// Longer than most: text, files and tools of both composers come together here.
import type { Editor } from "@tiptap/core";
import { useQuery } from "@tanstack/react-query";
import { BookmarkPlus, CaseSensitive, MessageSquareText, Paperclip } from "lucide-react";
import { type DragEvent, type ReactNode, type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { userName } from "../../api/names.ts";
import { usersQuery } from "../../api/queries/folders.ts";
import type { Id, SavedReply } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { useCommand } from "../../keys/commands.ts";
import { cx } from "../../lib/class-names.ts";
import { useStore } from "../../lib/store.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Combobox } from "../../ui/floating.tsx";
import { AttachmentChips } from "./attachment-chips.tsx";
import { isEmptyBody } from "./content.ts";
import { TextEditor, addFiles, removeImage } from "./editor.tsx";
import { finishBody } from "./finish-body.ts";
import type { ForwardedSummary } from "./forwarded-node.ts";
import type { Desk } from "./keepers.ts";
import { SaveReplyDialog } from "./save-reply-dialog.tsx";
import { type Suggestion, useSuggestions } from "./suggestions.tsx";
import { Toolbar } from "./toolbar.tsx";
import type { Trigger } from "./trigger.ts";
import { fold, matchingReplies, plainReply, useSavedReplies } from "./use-saved-replies.ts";

export interface WritingAreaProps {
  desk: Desk;
  ticketId: Id | null;
  label: string;
  placeholder: string;
  tall?: boolean;
  describe: (ids: readonly string[]) => readonly ForwardedSummary[];
  /** Above the text: whom it goes to. */
  above: ReactNode;
  /** Below the text: the signature. */
  below?: ReactNode;
  /** At the end of the tools: what sends it. */
  actions: ReactNode;
  editorRef: RefObject<Editor | null>;
  /** The editor is there: it may get the focus. */
  onReady: (editor: Editor) => void;
  onEscape: () => void;
}

/** Text with everything that belongs to writing it; files may be dropped anywhere on it. */
export function WritingArea(props: WritingAreaProps) {
  const { desk, ticketId, editorRef, onReady, onEscape } = props;
  const [editor, setEditor] = useState<Editor | null>(null);
  const [trigger, setTrigger] = useState<Trigger | null>(null);
  const { replies, insert } = useSavedReplies(ticketId, editor);
  const isNote = useStore(desk.keeper.store).writing.active.kind === "note";
  const suggesting = useSuggestions({ editor, ...useOffer(editor, trigger, isNote, replies, insert), trigger });
  const drop = useDrop(editor, desk);
  const ready = useRef(onReady);
  useEffect(() => {
    ready.current = onReady;
  });
  const take = useCallback(
    (made: Editor | null) => {
      editorRef.current = made;
      setEditor(made);
      if (made !== null) ready.current(made);
    },
    [editorRef],
  );
  const onKey = (event: KeyboardEvent): boolean => {
    if (suggesting.onKey(event)) return true;
    if (event.key !== "Escape") return false;
    onEscape();
    return true;
  };
  return (
    <div {...drop.handlers} className={cx("relative", drop.over && "outline-2 outline-focus")}>
      {props.above}
      <div className="px-4 pt-3 pb-2">
        <TextEditor
          // Answer and note have an editor each: what is undone in one does not come up in the other.
          key={isNote ? "note" : "answer"}
          desk={desk}
          label={props.label}
          placeholder={props.placeholder}
          tall={props.tall}
          describe={props.describe}
          onReady={take}
          onTrigger={setTrigger}
          onKey={onKey}
        />
        {suggesting.list}
        {props.below}
        <AttachmentChips desk={desk} onGiveUp={(key) => editor !== null && removeImage(editor, key)} />
      </div>
      <Tools
        desk={desk}
        editor={editor}
        replies={replies}
        onReply={insert}
        actions={props.actions}
        ground={isNote ? "bg-ground-note" : "bg-ground-float"}
      />
      {drop.over && (
        <p className="pointer-events-none absolute inset-0 z-10 grid place-items-center rounded bg-ground-selected/90 font-medium">
          {t("composer.dropHere")}
        </p>
      )}
    </div>
  );
}

/** What the trigger before the cursor asks for. */
function useOffer(
  editor: Editor | null,
  trigger: Trigger | null,
  isNote: boolean,
  replies: readonly SavedReply[],
  insert: (id: Id) => void,
): { label: string; suggestions: readonly Suggestion[]; onChoose: (id: string) => void } {
  const { data: users = [] } = useQuery(usersQuery);
  if (trigger?.character === "@") {
    const wanted = fold(trigger.words);
    const found = isNote
      ? users.filter((user) => ` ${fold(`${userName(user)} ${user.email}`)}`.includes(` ${wanted}`))
      : [];
    return {
      label: t("composer.colleagues"),
      suggestions: found.slice(0, MOST).map((user) => ({
        id: user.id,
        title: userName(user),
        detail: user.email,
        before: <Avatar name={userName(user)} size="small" />,
      })),
      onChoose: (id) => {
        const user = users.find((each) => each.id === id);
        if (user === undefined) return;
        const mention = { type: "mention", attrs: { id, name: userName(user) } };
        editor
          ?.chain()
          .focus()
          .insertContent([mention, { type: "text", text: " " }])
          .run();
      },
    };
  }
  const found = trigger === null ? [] : matchingReplies(replies, trigger.words);
  return {
    label: t("composer.savedReplies"),
    suggestions: found.slice(0, MOST).map((reply) => ({ id: reply.id, title: reply.name, detail: plainReply(reply) })),
    onChoose: insert,
  };
}

const MOST = 20;

interface ToolsProps {
  desk: Desk;
  editor: Editor | null;
  replies: readonly SavedReply[];
  onReply: (id: Id) => void;
  actions: ReactNode;
  ground: string;
}

function Tools({ desk, editor, replies, onReply, actions, ground }: ToolsProps) {
  const { writing } = useStore(desk.keeper.store);
  const file = useRef<HTMLInputElement>(null);
  const [choosing, setChoosing] = useState(false);
  const [saving, setSaving] = useState(false);
  // On a phone, where there is no room for all of them.
  const [formatting, setFormatting] = useState(false);
  const pickFiles = (): void => file.current?.click();
  useCommand("composer.attach", pickFiles);
  useCommand("composer.savedReply", () => setChoosing(true));
  return (
    <div
      className={cx(
        "sticky bottom-0 z-10 flex flex-wrap items-center gap-x-1 gap-y-1.5 rounded-b border-t border-line px-2 py-1.5",
        ground,
      )}
    >
      {editor !== null && (
        <div
          className={cx("flex items-center", !formatting && "max-medium:hidden", formatting && "max-medium:basis-full")}
        >
          <Toolbar editor={editor} />
          <span aria-hidden className="mx-1 h-5 w-px bg-line max-medium:hidden" />
        </div>
      )}
      <IconButton
        icon={CaseSensitive}
        size="small"
        label={t("composer.format")}
        aria-expanded={formatting}
        onClick={() => setFormatting(!formatting)}
        className="medium:hidden"
      />
      <IconButton
        icon={Paperclip}
        size="small"
        label={t("command.attach")}
        command="composer.attach"
        onClick={pickFiles}
      />
      <input
        ref={file}
        type="file"
        multiple
        hidden
        aria-label={t("command.attach")}
        onChange={(event) => {
          desk.uploads.add(Array.from(event.currentTarget.files ?? []));
          event.currentTarget.value = "";
          editor?.commands.focus();
        }}
      />
      <Combobox
        label={t("command.savedReply")}
        placeholder={t("composer.findReply")}
        opened={{ open: choosing, onOpenChange: setChoosing }}
        side="top"
        className="w-80!"
        value={[]}
        options={replies.map((reply) => ({ value: reply.id, label: reply.name, words: plainReply(reply) }))}
        onChange={([id]) => id !== undefined && onReply(id)}
        // oxlint-disable-next-line react/no-unstable-nested-components -- a function that draws, no component
        trigger={(trigger) => (
          <IconButton
            icon={MessageSquareText}
            size="small"
            label={t("command.savedReply")}
            command="composer.savedReply"
            {...trigger}
          />
        )}
      />
      {!isEmptyBody(writing.active.body) && (
        <IconButton
          icon={BookmarkPlus}
          size="small"
          label={t("composer.saveReply")}
          onClick={() => setSaving(true)}
          className="max-medium:hidden"
        />
      )}
      <span className="ms-auto flex flex-wrap items-center justify-end gap-1.5">{actions}</span>
      {saving && <SaveReplyDialog body={finishBody(writing.active.body)} onClose={() => setSaving(false)} />}
    </div>
  );
}

/** Files dropped beside the text; those dropped into it the editor takes. */
function useDrop(editor: Editor | null, desk: Desk) {
  const [over, setOver] = useState(false);
  const holdsFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes("Files");
  const handlers = {
    onDragOver: (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: (event: DragEvent) => {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
    },
    onDrop: (event: DragEvent) => {
      setOver(false);
      if (event.defaultPrevented || !holdsFiles(event)) return;
      event.preventDefault();
      if (editor !== null) addFiles(editor, desk, Array.from(event.dataTransfer.files));
    },
  };
  return { over, handlers };
}
