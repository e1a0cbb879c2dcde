import { useQuery } from "@tanstack/react-query";
import { inboxesQuery } from "../../api/queries/folders.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import { statusOf } from "../../api/errors.ts";
import { type MessageKey, t } from "../../i18n/t.ts";
import type { Folder, Place } from "../../lib/places.ts";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { OPERATORS } from "./search-suggestions.ts";
import { ROW_HEIGHT } from "./ticket-row.tsx";
import { unreadableDate } from "./unreadable-date.ts";

const EMPTY: Record<Folder, [MessageKey, MessageKey]> = {
  unassigned: ["empty.unassigned", "empty.unassignedText"],
  mine: ["empty.mine", "empty.mineText"],
  mentions: ["empty.mentions", "empty.mentionsText"],
  drafts: ["empty.drafts", "empty.draftsText"],
  snoozed: ["empty.snoozed", "empty.snoozedText"],
  closed: ["empty.closed", "empty.closedText"],
  hold: ["empty.hold", "empty.holdText"],
  all: ["empty.all", "empty.allText"],
  spam: ["empty.spam", "empty.spamText"],
  trash: ["empty.trash", "empty.trashText"],
};

/** A list without tickets: what it is for, and what to do. `words`: what was searched for. */
export function EmptyList({ place, words }: { place: Place; words: string }) {
  const { data: inboxes } = useQuery(inboxesQuery);
  const { data: session } = useQuery(sessionQuery);
  const mayMake = session?.user.role === "owner" || session?.user.role === "admin";
  if (place.kind === "search" || place.kind === "saved") {
    const part = unreadableDate(words);
    if (part !== null) return <EmptyState title={t("empty.date", { part })} text={t("empty.dateText")} />;
    return <EmptyState title={t("empty.search")} text={t("empty.searchText")} />;
  }
  if (inboxes?.length === 0 && !mayMake) {
    return <EmptyState title={t("empty.noInbox")} text={t("empty.noInboxText")} />;
  }
  if (place.kind === "inbox") return <EmptyState title={t("empty.inbox")} text={t("empty.inboxText")} />;
  if (place.kind === "label") return <EmptyState title={t("empty.label")} text={t("empty.labelText")} />;
  const [title, text] = EMPTY[place.folder];
  return <EmptyState title={t(title)} text={t(text)} />;
}

/** A search that has not begun: what can be asked for. */
export function SearchHelp() {
  return (
    <div className="overflow-y-auto px-6 py-6">
      <p className="font-medium">{t("search.help")}</p>
      <p className="pt-1 pb-4 text-muted">{t("search.helpText")}</p>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 text-sm">
        {OPERATORS.map((operator) => (
          <div key={operator} className="contents">
            <dt className="font-medium">{`${operator}:`}</dt>
            <dd className="text-muted">{t(`search.about.${operator}`)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** A list that could not be read, or that one may not see. */
export function FailedList({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const status = statusOf(error);
  if (status === 403) return <EmptyState title={t("list.forbidden")} text={t("list.forbiddenText")} />;
  if (status === 400 || status === 422) return <EmptyState title={t("search.wrong")} text={(error as Error).message} />;
  return <ErrorState title={t("list.failed")} error={error} onRetry={onRetry} />;
}

/** A label or a search that is no more, or an inbox of others. */
export function MissingList({ why }: { why: "gone" | "forbidden" }) {
  if (why === "forbidden") return <EmptyState title={t("list.forbidden")} text={t("list.forbiddenText")} />;
  return <EmptyState title={t("list.gone")} text={t("list.goneText")} />;
}

/** Rows before they are read, of the size of rows. */
export function LoadingList() {
  return (
    <div role="status" aria-label={t("state.loading")} className="min-h-0 flex-1 overflow-hidden">
      {Array.from({ length: 12 }, (_, index) => (
        <div
          key={index}
          style={{ height: ROW_HEIGHT }}
          className="flex flex-col justify-center gap-3 ps-8 pe-3 pointer-coarse:ps-11"
        >
          <Skeleton className="w-1/3" />
          <Skeleton className={index % 2 === 0 ? "w-5/6" : "w-2/3"} />
        </div>
      ))}
    </div>
  );
}
