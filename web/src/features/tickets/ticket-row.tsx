// Longer than most: a row is one thing, and each part of it knows what stands beside it.
import { AtSign, Clock, MailWarning, Paperclip, PenLine } from "lucide-react";
import { type ReactNode, memo } from "react";
import { customerName, userName } from "../../api/names.ts";
import type { Id, Label, SearchHit, TicketRow, User } from "../../api/types.ts";
import { exactTime, formatList, relativeTime, shortTime } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Icon } from "../../ui/icon.tsx";
import { LabelDot } from "../../ui/label-chip.tsx";
import { Time } from "../../ui/time.tsx";
import { tipProps } from "../../ui/tip.ts";

export const ROW_HEIGHT = 60;

/** Names of labels shown; the others are counted. */
const MOST_LABELS = 2;

export interface Names {
  labels: ReadonlyMap<Id, Label>;
  users: ReadonlyMap<Id, User>;
}

export interface RowProps {
  row: TicketRow;
  /** Its place in the list, from 0. */
  at: number;
  top: number;
  href: string;
  names: Names;
  selected: boolean;
  /** Some row is selected, so that all show their boxes. */
  selecting: boolean;
  focused: boolean;
  open: boolean;
  byCreation: boolean;
  hits: readonly SearchHit[];
}

export function rowId(id: Id): string {
  return `row-${id}`;
}

/** One ticket in two lines. What it does is done by the list around it: a row costs next to nothing. */
export const TicketRowView = memo(function TicketRowView(props: RowProps) {
  const { row, at, top, href, names, selected, selecting, focused, open } = props;
  return (
    <div
      role="row"
      id={rowId(row.id)}
      data-at={at}
      aria-rowindex={at + 1}
      aria-selected={selected}
      aria-current={open || undefined}
      aria-label={wordsOf(row, names)}
      style={{ transform: `translateY(${top}px)`, height: ROW_HEIGHT }}
      className={cx(
        "group absolute inset-x-0 top-0 flex border-b border-line",
        open
          ? "bg-ground-selected shadow-[inset_3px_0_0_var(--accent)] rtl:shadow-[inset_-3px_0_0_var(--accent)]"
          : selected
            ? "bg-ground-selected"
            : "hover:bg-ground-hover",
        focused && "outline-2 -outline-offset-2 outline-focus",
      )}
    >
      <div
        role="gridcell"
        data-part="check"
        className="relative grid w-8 shrink-0 place-items-center pointer-coarse:w-11"
      >
        {row.unread === true && !selected && (
          <span aria-hidden className={cx("size-2 rounded-full bg-accent group-hover:hidden", selecting && "hidden")} />
        )}
        <input
          type="checkbox"
          tabIndex={-1}
          checked={selected}
          readOnly
          aria-label={t("row.select", { name: row.subject ?? customerName(row.customer) })}
          className={cx(
            "absolute size-4 accent-accent",
            selected || selecting ? "" : "opacity-0 group-hover:opacity-100 pointer-coarse:hidden",
          )}
        />
      </div>
      <div role="gridcell" className="min-w-0 flex-1">
        <a
          href={href}
          tabIndex={-1}
          draggable={false}
          className="flex h-full min-w-0 flex-col justify-center pe-3 text-sm [-webkit-touch-callout:none]"
        >
          <WhoAndWhen {...props} />
          <What {...props} />
        </a>
      </div>
    </div>
  );
});

function WhoAndWhen({ row, byCreation }: RowProps) {
  const unread = row.unread === true;
  return (
    <span className="flex items-center gap-1.5">
      <span dir="auto" className={cx("min-w-0 flex-1 truncate text-start", unread ? "font-semibold" : "font-medium")}>
        {customerName(row.customer) || t("row.noName")}
      </span>
      <Marks row={row} />
      <Time
        at={byCreation ? row.created_at : row.updated_at}
        short
        className={cx("text-xs tabular-nums", unread ? "font-semibold text-text" : "text-muted")}
      />
    </span>
  );
}

function Marks({ row }: { row: TicketRow }) {
  const attachments = row.attachment_count ?? 0;
  return (
    <span className="flex shrink-0 items-center gap-1.5 text-muted empty:hidden">
      {row.failed_delivery === true && <Mark icon={MailWarning} tip={t("row.failed")} className="text-danger-ink" />}
      {row.mentioned === true && <Mark icon={AtSign} tip={t("row.mentioned")} className="text-accent-ink" />}
      {row.draft && <Mark icon={PenLine} tip={t("row.draft")} className="text-warn-ink" />}
      {attachments > 0 && <Mark icon={Paperclip} tip={t("row.attachments", { count: attachments })} />}
      {row.snoozed_until !== null && (
        <Mark icon={Clock} tip={t("row.snoozed", { time: exactTime(row.snoozed_until) })}>
          <span className="text-xs tabular-nums">{shortTime(row.snoozed_until)}</span>
        </Mark>
      )}
    </span>
  );
}

function Mark({
  icon,
  tip,
  className,
  children,
}: {
  icon: typeof Clock;
  tip: string;
  className?: string;
  children?: ReactNode;
}) {
  return (
    <span {...tipProps({ tip })} className={cx("inline-flex items-center gap-0.5", className)}>
      <Icon icon={icon} size={14} />
      {children}
    </span>
  );
}

function What({ row, names, hits }: RowProps) {
  const subject = hits.find(({ field }) => field === "subject");
  const found = hits.find(({ field }) => field !== "subject");
  const assignee = row.user_id === null ? undefined : names.users.get(row.user_id);
  return (
    <span className="flex items-center gap-2">
      <span dir={directionOf(row.subject ?? "")} className="min-w-24 flex-1 truncate text-start">
        <bdi
          className={cx(
            row.unread === true && "font-medium",
            // What was found is to be seen, whatever the length of the subject.
            subject === undefined && found !== undefined && "inline-block max-w-[50%] truncate align-bottom",
          )}
        >
          {subject === undefined ? (row.subject ?? t("ticket.noSubject")) : <Marked hit={subject} />}
        </bdi>{" "}
        <bdi className="text-muted">{found === undefined ? lastSaid(row) : <Marked hit={nearMark(found)} />}</bdi>
      </span>
      <Labels ids={row.label_ids} labels={names.labels} />
      {assignee !== undefined && (
        <span {...tipProps({ tip: t("row.assignedTo", { name: userName(assignee) }) })} className="flex">
          <Avatar name={userName(assignee)} size="small" />
        </span>
      )}
    </span>
  );
}

function Labels({ ids, labels }: { ids: readonly Id[]; labels: ReadonlyMap<Id, Label> }) {
  const found = ids.flatMap((id) => labels.get(id) ?? []);
  if (found.length === 0) return null;
  const rest = found.length - MOST_LABELS;
  return (
    <span
      {...tipProps({ tip: formatList(found.map(({ name }) => name)) })}
      className="flex max-w-[45%] min-w-0 items-center gap-2 text-xs text-muted"
    >
      {found.slice(0, MOST_LABELS).map(({ id, name, color }) => (
        <span key={id} className="flex min-w-9 items-center gap-1">
          <LabelDot color={color} />
          <span dir="auto" className="truncate">
            {name}
          </span>
        </span>
      ))}
      {rest > 0 && <span className="tabular-nums">{t("row.more", { count: rest })}</span>}
    </span>
  );
}

const RTL =
  /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** As the first letter runs. The browser's `auto` does not look into the parts of a row. */
function directionOf(text: string): "ltr" | "rtl" {
  return RTL.test(text) ? "rtl" : "ltr";
}

/** Letters before what was found that are kept: a row shows little more than the first words. */
const BEFORE = 12;

/** A text from shortly before what was found in it, at the beginning of a word. */
function nearMark(hit: SearchHit): Pick<SearchHit, "text" | "marks"> {
  const { text, marks } = hit;
  const [start = 0] = marks[0] ?? [];
  if (start <= BEFORE) return hit;
  const blank = text.indexOf(" ", start - BEFORE);
  const cut = blank < 0 || blank >= start ? start : blank + 1;
  return { text: `…${text.slice(cut)}`, marks: marks.map(([from, to]) => [from - cut + 1, to - cut + 1] as const) };
}

/** A text with what was found in it marked. */
export function Marked({ hit: { text, marks } }: { hit: Pick<SearchHit, "text" | "marks"> }) {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const [from, to] of marks) {
    parts.push(
      text.slice(end, from),
      <mark key={from} className="text-text">
        {text.slice(from, to)}
      </mark>,
    );
    end = to;
  }
  return [...parts, text.slice(end)];
}

/** The last words of the conversation, and whose they are when they are not the customer's. */
export function lastSaid({ last_message: last, summary }: TicketRow): string {
  if (last == null) return summary ?? "";
  if (last.type === "note") return t("row.note", { name: last.from_name, text: last.text });
  return last.direction === "out" ? t("row.reply", { name: last.from_name, text: last.text }) : last.text;
}

/** A row in the order in which it is read out. */
function wordsOf(row: TicketRow, { labels, users }: Names): string {
  const assignee = row.user_id === null ? undefined : users.get(row.user_id);
  const named = row.label_ids.flatMap((id) => labels.get(id)?.name ?? []);
  const attachments = row.attachment_count ?? 0;
  return [
    row.unread === true && t("row.unread"),
    customerName(row.customer) || t("row.noName"),
    row.subject ?? t("ticket.noSubject"),
    relativeTime(row.updated_at),
    row.failed_delivery === true && t("row.failed"),
    row.mentioned === true && t("row.mentioned"),
    row.draft && t("row.draft"),
    row.snoozed_until !== null && t("row.snoozed", { time: relativeTime(row.snoozed_until) }),
    attachments > 0 && t("row.attachments", { count: attachments }),
    assignee === undefined ? t("row.unassigned") : t("row.assignedTo", { name: userName(assignee) }),
    named.length > 0 && t("row.labels", { names: formatList(named) }),
    lastSaid(row),
  ]
    .filter(Boolean)
    .join(", ");
}
