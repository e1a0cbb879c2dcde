// Longer than most: the answer as a whole, whose parts are each in a file of their own.
import type { Editor } from "@tiptap/core";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, Forward, Lock, Minus, Reply, ReplyAll, StickyNote } from "lucide-react";
import { useEffect, useRef } from "react";
import { showPresence } from "../../api/live.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import type { Message, TicketRow } from "../../api/types.ts";
import { exactTime } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import type { Place } from "../../lib/places.ts";
import { useStore } from "../../lib/store.ts";
import { toastDone } from "../../lib/toasts.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Select } from "../../ui/field.tsx";
import { Menu } from "../../ui/floating.tsx";
import { Icon } from "../../ui/icon.tsx";
import { type Way, chooseForwarded, forwardable, forwardedIn } from "./begin.ts";
import { type Kind, isEmptyWriting } from "./content.ts";
import type { ForwardedSummary } from "./forwarded-node.ts";
import { DraftConflict, MovedOn, News, OthersReplying } from "./interruptions.tsx";
import { plainOf } from "./plain-of.ts";
import { SavedMark } from "./saved-mark.tsx";
import { type Desk, deskOf } from "./keepers.ts";
import { setComposerOpen } from "./public/open-composers.ts";
import { RecipientRows, SubjectRow } from "./recipient-rows.tsx";
import { SendButtons } from "./send-buttons.tsx";
import { SignaturePreview } from "./signature-preview.tsx";
import { useReadSoFar } from "./use-read-so-far.ts";
import { useSending } from "./use-sending.ts";
import { WritingArea } from "./writing-area.tsx";

export interface ComposerFormProps {
  desk: Desk;
  ticket: TicketRow;
  messages: readonly Message[];
  place: Place;
  /** Counts how often one asked to write: each time the text gets the focus. */
  wish: number;
  /** In a sheet over the ticket, on a phone. */
  inSheet: boolean;
  onWay: (way: Way) => void;
  onClose: () => void;
}

/** An answer to a ticket: reply, forward or note. */
export function ComposerForm(props: ComposerFormProps) {
  const { desk, ticket, messages, place, inSheet } = props;
  const { keeper } = desk;
  const { writing } = useStore(keeper.store);
  const { kind } = writing.active;
  const { data: session } = useQuery(sessionQuery);
  const me = session?.user.id ?? "";
  const box = useRef<HTMLElement>(null);
  const isEmpty = isEmptyWriting(writing);
  const read = useReadSoFar(ticket, messages, me, !isEmpty);
  const sending = useSending({ desk, ticket, messages, place, read });
  const focus = useFocus(props, box);
  useReplying(ticket.id, kind !== "note" && !isEmpty);
  const escape = (): void => {
    if (isEmpty || inSheet) props.onClose();
    // The text stays; the keys of the ticket work again.
    box.current?.closest<HTMLElement>("[role=region]")?.focus();
  };
  const discard = (): void => {
    const { writer } = keeper;
    const content = keeper.discard();
    props.onClose();
    toastDone(t("composer.discarded"), async () => {
      deskOf(writer, ticket.id).keeper.bringBack(content);
      setComposerOpen(ticket.id, true);
    });
  };
  const describe = (ids: readonly string[]): ForwardedSummary[] => describeMessages(messages, ids);
  return (
    <section
      ref={box}
      aria-label={t(LABELS[kind])}
      className={cx(
        "scroll-mb-4",
        !inSheet && "mx-6 my-4 rounded border border-edge max-medium:mx-2",
        kind === "note" ? "bg-ground-note" : "bg-ground-float",
      )}
    >
      {sending.stopped !== null && (
        <MovedOn
          news={sending.stopped.news}
          busy={sending.busy}
          onSendAnyway={sending.sendAnyway}
          onEdit={() => {
            sending.keepEditing();
            focus.editor.current?.commands.focus();
          }}
        />
      )}
      <DraftConflict keeper={keeper} />
      {sending.stopped === null && <News news={read.news} onRead={read.acknowledge} />}
      <OthersReplying ticketId={ticket.id} me={me} />
      <WritingArea
        desk={desk}
        ticketId={ticket.id}
        label={t(LABELS[kind])}
        placeholder={t(kind === "note" ? "composer.writeNote" : "composer.writeReply")}
        tall={inSheet}
        describe={describe}
        above={<Head {...props} kind={kind} focusTo={focus.wantsRecipient} />}
        below={kind !== "note" && <SignaturePreview inboxId={ticket.inbox_id} userId={me} />}
        editorRef={focus.editor}
        onReady={focus.onReady}
        onEscape={escape}
        actions={
          <>
            {sending.problem !== null && (
              <p role="alert" className="basis-full text-end text-sm text-danger-ink">
                {sending.problem}
              </p>
            )}
            <SendButtons
              label={t(SEND[kind])}
              labelWithClose={t(SEND_AND_CLOSE[kind])}
              busy={sending.busy}
              canWait={kind !== "note"}
              onSend={sending.send}
              onDiscard={isEmpty ? null : discard}
            />
          </>
        }
      />
    </section>
  );
}

const LABELS = { reply: "composer.reply", note: "composer.note", forward: "composer.forward" } as const;
const SEND = { reply: "command.send", note: "composer.addNote", forward: "composer.sendForward" } as const;
const SEND_AND_CLOSE = {
  reply: "command.sendAndClose",
  note: "composer.addNoteAndClose",
  forward: "composer.forwardAndClose",
} as const;

interface HeadProps extends ComposerFormProps {
  kind: Kind;
  focusTo: boolean;
}

/** What it is and whom it goes to. */
function Head({ desk, messages, kind, focusTo, onWay, onClose }: HeadProps) {
  const way = (label: string, icon: typeof Reply, to: Way, command: `ticket.${Way}`) => ({
    label,
    icon,
    command,
    onSelect: () => onWay(to),
  });
  return (
    <div className="px-4 pt-1.5">
      <div className="flex items-center gap-2">
        <Menu
          label={t("composer.kind")}
          // oxlint-disable-next-line react/no-unstable-nested-components -- a function that draws, no component
          trigger={(props) => (
            <Button kind="quiet" size="small" className="-ms-2" {...props} icon={ICONS[kind]}>
              {t(LABELS[kind])}
              <Icon icon={ChevronDown} size={14} />
            </Button>
          )}
          items={[
            way(t("command.reply"), Reply, "reply", "ticket.reply"),
            way(t("command.replyAll"), ReplyAll, "replyAll", "ticket.replyAll"),
            way(t("command.forward"), Forward, "forward", "ticket.forward"),
            way(t("command.note"), StickyNote, "note", "ticket.note"),
          ]}
        />
        {kind === "note" && (
          <span className="inline-flex items-center gap-1 text-sm text-warn-ink">
            <Icon icon={Lock} size={14} />
            {t("composer.internal")}
          </span>
        )}
        <span className="ms-auto" />
        <SavedMark keeper={desk.keeper} />
        <IconButton icon={Minus} size="small" label={t("composer.hide")} onClick={onClose} className="-me-2" />
      </div>
      {kind !== "note" && <RecipientRows key={kind} keeper={desk.keeper} focus={focusTo} />}
      {kind === "forward" && (
        <>
          <SubjectRow keeper={desk.keeper} label={t("composer.subject")} />
          <ForwardedChoice desk={desk} messages={forwardable(messages)} />
        </>
      )}
    </div>
  );
}

const ICONS = { reply: Reply, note: StickyNote, forward: Forward } as const;

/** One message, or all that was said. */
function ForwardedChoice({ desk, messages }: { desk: Desk; messages: readonly Message[] }) {
  const { writing } = useStore(desk.keeper.store);
  const ids = forwardedIn(writing.active.body);
  const last = messages.at(-1);
  if (messages.length < 2 || last === undefined || ids.length === 0) return null;
  const value = ids.length > 1 ? "all" : (ids[0] ?? last.id);
  return (
    <label className="flex min-h-9 items-center gap-2 border-b border-line py-1 text-sm">
      <span className="shrink-0 text-muted">{t("composer.forwards")}</span>
      <Select
        value={value}
        className="h-7! border-transparent! bg-transparent!"
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          chooseForwarded(desk, chosen === "all" ? messages : messages.filter(({ id }) => id === chosen));
        }}
      >
        <option value="all">{t("composer.forwardAll", { count: messages.length })}</option>
        {messages.toReversed().map((message) => (
          <option key={message.id} value={message.id}>
            {t("composer.forwardOne", { name: message.from_name, when: exactTime(message.created_at) })}
          </option>
        ))}
      </Select>
    </label>
  );
}

const EXCERPT = 120;

function describeMessages(messages: readonly Message[], ids: readonly string[]): ForwardedSummary[] {
  return messages
    .filter(({ id }) => ids.includes(id))
    .map((message) => {
      const text = plainOf(message.htmlized ? message.body : message.body.replaceAll("<", "&lt;")).replace(/\s+/g, " ");
      return {
        title: `${message.from_name}, ${exactTime(message.created_at)}:`,
        text: text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text,
      };
    });
}

/** The text gets the focus when one asks to write; of a forward, its recipients. */
function useFocus({ wish, desk }: ComposerFormProps, box: React.RefObject<HTMLElement | null>) {
  const editor = useRef<Editor | null>(null);
  const granted = useRef(0);
  const { kind, to } = desk.keeper.content;
  const wantsRecipient = wish > 0 && kind === "forward" && to.length === 0;
  const grant = (): void => {
    if (editor.current === null || granted.current === wish) return;
    granted.current = wish;
    if (!wantsRecipient) editor.current.commands.focus("end");
    box.current?.scrollIntoView({ block: "end" });
  };
  useEffect(grant);
  return { editor, wantsRecipient, onReady: grant };
}

/** While an answer is written, the others see it. */
function useReplying(ticketId: string, replying: boolean): void {
  useEffect(() => {
    if (!replying) return undefined;
    // A window that is not seen says nothing; who comes back to it is still writing.
    const tell = (): void => {
      if (document.visibilityState === "visible") void showPresence(ticketId, "replying");
    };
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => {
      document.removeEventListener("visibilitychange", tell);
      void showPresence(ticketId, "viewing");
    };
  }, [ticketId, replying]);
}
