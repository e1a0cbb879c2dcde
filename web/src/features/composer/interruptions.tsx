import { useQuery } from "@tanstack/react-query";
import { PenLine, TriangleAlert } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { presence } from "../../api/live.ts";
import { userName } from "../../api/names.ts";
import { usersQuery } from "../../api/queries/folders.ts";
import type { Id, Message } from "../../api/types.ts";
import { formatList, relativeTime } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { useStore } from "../../lib/store.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { textToHtml, writingOf } from "./content.ts";
import type { DraftKeeper } from "./draft-keeper.ts";
import { plainOf } from "./plain-of.ts";

function Strip({ icon = TriangleAlert, children }: { icon?: typeof PenLine; children: ReactNode }) {
  return (
    <div className="flex items-start gap-2 border-b border-line bg-ground-note px-4 py-2 text-sm first:rounded-t">
      <Icon icon={icon} className="mt-0.5 shrink-0 text-warn-ink" />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}

/** A colleague answers the same ticket at this moment. */
export function OthersReplying({ ticketId, me }: { ticketId: Id; me: Id }) {
  const here = useStore(presence).get(ticketId) ?? [];
  const { data: users = [] } = useQuery(usersQuery);
  const names = here.flatMap(({ id, state }) => {
    const user = users.find((each) => each.id === id);
    return state === "replying" && id !== me && user !== undefined ? [userName(user)] : [];
  });
  if (names.length === 0) return null;
  return (
    <Strip icon={PenLine}>
      <p role="status">{t("composer.othersReplying", { count: names.length, names: formatList(names) })}</p>
    </Strip>
  );
}

/** Another device wrote on: neither text is thrown away without a word. */
export function DraftConflict({ keeper }: { keeper: DraftKeeper }) {
  const { other } = useStore(keeper.store);
  if (other === null) return null;
  return (
    <Strip>
      <p role="alert" className="font-medium">
        {t("composer.conflict", { when: relativeTime(other.updated_at) })}
      </p>
      <blockquote dir="auto" className="my-1 line-clamp-3 border-s-2 border-edge ps-2 text-muted">
        {plainOf(writingOf(other).active.body) || t("composer.conflictEmpty")}
      </blockquote>
      <p className="flex flex-wrap gap-2 py-1">
        <Button size="small" onClick={() => keeper.settle(false)}>
          {t("composer.keepMine")}
        </Button>
        <Button size="small" onClick={() => keeper.settle(true)}>
          {t("composer.takeOther")}
        </Button>
      </p>
    </Strip>
  );
}

/** Somebody wrote while this was written: said at once, so that nobody finds out by sending. */
export function News({ news, onRead }: { news: readonly Message[]; onRead: () => void }) {
  const last = news.at(-1);
  if (last === undefined) return null;
  return (
    <Strip>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <p role="status" className="min-w-40 flex-1">
          {t("composer.news", { count: news.length, names: namesOf(news) })}
        </p>
        <Button size="small" onClick={() => showMessage(news[0]?.id ?? last.id)}>
          {t("composer.showNews")}
        </Button>
        <Button size="small" onClick={onRead}>
          {t("composer.readNews")}
        </Button>
      </div>
    </Strip>
  );
}

interface StoppedProps {
  news: readonly Message[];
  busy: boolean;
  onSendAnyway: () => void;
  onEdit: () => void;
}

/** It was not sent: others wrote meanwhile. What they wrote is here to be read first. */
export function MovedOn({ news, busy, onSendAnyway, onEdit }: StoppedProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <Strip>
      <div ref={box} tabIndex={-1} role="alertdialog" aria-labelledby="moved-on-title" aria-describedby="moved-on-news">
        <p id="moved-on-title" className="font-medium">
          {t("composer.movedOn")}
        </p>
        <ul id="moved-on-news" className="my-1 max-h-60 overflow-y-auto">
          {news.map((message) => (
            <li key={message.id} className="border-s-2 border-edge py-1 ps-2">
              <p className="text-muted">
                <span dir="auto" className="font-medium text-text">
                  {message.from_name}
                </span>{" "}
                {message.type === "note" && `${t("message.internal")} `}
                {relativeTime(message.created_at)}
              </p>
              <p dir="auto" className="line-clamp-6 whitespace-pre-line">
                {plainOf(message.htmlized ? message.body : textToHtml(message.body))}
              </p>
            </li>
          ))}
        </ul>
        <p className="flex flex-wrap gap-2 py-1">
          <Button size="small" onClick={onEdit}>
            {t("composer.keepEditing")}
          </Button>
          <Button size="small" kind="primary" busy={busy} onClick={onSendAnyway}>
            {t("composer.sendAnyway")}
          </Button>
        </p>
      </div>
    </Strip>
  );
}

function namesOf(news: readonly Message[]): string {
  return formatList([...new Set(news.map(({ from_name }) => from_name))]);
}

function showMessage(id: Id): void {
  const element = document.getElementById(`message-${id}`);
  element?.scrollIntoView({ block: "start" });
}
