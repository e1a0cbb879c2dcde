import { useQuery } from "@tanstack/react-query";
import { PenLine } from "lucide-react";
import { useEffect, useState } from "react";
import { draftQuery } from "../../../api/queries/drafts.ts";
import { sessionQuery } from "../../../api/queries/session.ts";
import type { Id, Message, TicketRow } from "../../../api/types.ts";
import { loadTexts } from "../../../i18n/load.ts";
import { t } from "../../../i18n/t.ts";
import { useCommand } from "../../../keys/commands.ts";
import type { Place } from "../../../lib/places.ts";
import { useStore } from "../../../lib/store.ts";
import { useLayout } from "../../../lib/use-media.ts";
import { Button } from "../../../ui/button.tsx";
import { Sheet } from "../../../ui/dialog.tsx";
import { lazyPart } from "../../../ui/lazy-part.tsx";
import { type Way, begin } from "../begin.ts";
import { isEmpty, isEmptyWriting, textToHtml } from "../content.ts";
import type { DraftKeeper } from "../draft-keeper.ts";
import { deskOf, holdDesk } from "../keepers.ts";
import { useOwnAddresses } from "../own-addresses.ts";
import { setComposerOpen, useComposerOpen } from "./open-composers.ts";

/** The editor is larger than everything else of a ticket: it comes when the ticket is there. */
const loadForm = async () => {
  const [form] = await Promise.all([import("../composer-form.tsx"), loadTexts("composer")]);
  return form.ComposerForm;
};
const ComposerForm = lazyPart(loadForm, {
  fallback: ({ desk }) => <FirstWords keeper={desk.keeper} />,
  failed: "ticket.noEditor",
});
/** Milliseconds after a ticket is opened. */
const LOAD_AFTER = 600;

interface ComposerProps {
  ticket: TicketRow;
  messages: readonly Message[];
  place: Place;
}

/** Where an answer is written; at the end of the conversation, on a phone in a sheet over it. */
export function Composer(props: ComposerProps) {
  const { data: session } = useQuery(sessionQuery);
  if (session === undefined || session.user.role === "read_only") return null;
  return <Answering key={props.ticket.id} {...props} me={session.user.id} />;
}

function Answering({ ticket, messages, place, me }: ComposerProps & { me: Id }) {
  const [desk] = useState(() => deskOf(me, ticket.id));
  const { keeper } = desk;
  const { writing, other } = useStore(keeper.store);
  const [wish, setWish] = useState(0);
  const own = useOwnAddresses();
  const isPhone = useLayout() === "phone";
  const { open, setOpen } = useOpen(ticket.id);
  const holds = !isEmptyWriting(writing) || other !== null;
  const { data: draft } = useQuery(draftQuery(ticket.id));
  useEffect(() => holdDesk(desk, me, ticket.id), [desk, me, ticket.id]);
  useEffect(() => {
    if (draft !== undefined) keeper.hear(draft);
  }, [keeper, draft]);
  // A draft that is there is open, but on a phone, where it would cover what one came to read.
  useEffect(() => {
    if (holds && !isPhone) setOpen(true);
  }, [holds, isPhone, setOpen]);
  const start = (way: Way): void => {
    begin(way, desk, { ticket, messages, own });
    setOpen(true);
    setWish((count) => count + 1);
  };
  useWays(start);
  useEffect(() => {
    const timer = setTimeout(() => void loadForm().catch(() => undefined), LOAD_AFTER);
    return () => clearTimeout(timer);
  }, []);
  const form = (
    <ComposerForm
      {...{ desk, ticket, messages, place, wish }}
      inSheet={isPhone}
      onWay={start}
      onClose={() => setOpen(false)}
    />
  );
  if (isPhone) {
    return (
      <>
        {!open && holds && <Waiting onOpen={() => start(writing.active.kind)} />}
        <Sheet open={open} onClose={() => setOpen(false)} from="bottom" title={t("ticket.answer")} hideTitle>
          {form}
        </Sheet>
      </>
    );
  }
  if (!open) return holds ? <Waiting onOpen={() => start(writing.active.kind)} /> : null;
  return form;
}

/** Closed again when one leaves the ticket. */
function useOpen(ticketId: Id) {
  const open = useComposerOpen(ticketId);
  const [setOpen] = useState(() => (next: boolean) => setComposerOpen(ticketId, next));
  useEffect(() => () => setOpen(false), [setOpen]);
  return { open, setOpen };
}

function useWays(start: (way: Way) => void): void {
  useCommand("ticket.reply", () => start("reply"));
  useCommand("ticket.replyAll", () => start("replyAll"));
  useCommand("ticket.forward", () => start("forward"));
  useCommand("ticket.note", () => start("note"));
}

/** Something is written, and waits to be gone on with. */
function Waiting({ onOpen }: { onOpen: () => void }) {
  return (
    <div className="mx-6 mb-4 flex items-center gap-3 rounded border border-line bg-ground-low px-4 py-2 text-sm max-medium:mx-2">
      <p className="min-w-0 flex-1 text-muted">{t("ticket.draftWaits")}</p>
      <Button size="small" icon={PenLine} onClick={onOpen}>
        {t("ticket.goOn")}
      </Button>
    </div>
  );
}

/**
 * Until the editor is there: who has just pressed a key to answer is typing already, and no letter of it is lost, or taken
 * for a command.
 */
function FirstWords({ keeper }: { keeper: DraftKeeper }) {
  const [words, setWords] = useState("");
  const [isNew] = useState(() => isEmpty(keeper.content));
  return (
    <textarea
      // oxlint-disable-next-line jsx-a11y/no-autofocus -- a person has just asked to write
      autoFocus
      aria-label={t("ticket.answer")}
      readOnly={!isNew}
      dir="auto"
      value={words}
      onChange={(event) => {
        setWords(event.currentTarget.value);
        keeper.change({ body: textToHtml(event.currentTarget.value) }, { shows: true });
      }}
      className="block h-48 w-full resize-none bg-transparent px-10 pt-24 text-base outline-none"
    />
  );
}
