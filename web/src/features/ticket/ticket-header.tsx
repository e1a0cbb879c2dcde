import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, CircleCheck, Clock, Inbox, PanelRight, RotateCcw, Tag, UserRound } from "lucide-react";
import { type ReactNode, useState } from "react";
import { userName } from "../../api/names.ts";
import { inboxesQuery, usersQuery } from "../../api/queries/folders.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import type { TicketRow } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { useCommand } from "../../keys/commands.ts";
import { byName } from "../../i18n/by-name.ts";
import { cx } from "../../lib/class-names.ts";
import { openCustomer } from "../../lib/frame-state.ts";
import type { Place } from "../../lib/places.ts";
import { useGo } from "../../lib/use-go.ts";
import { useLayout } from "../../lib/use-media.ts";
import { usePanes } from "../../lib/use-panes.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Badge, type Tone } from "../../ui/badge.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Combobox, type Opened, type TriggerProps } from "../../ui/floating.tsx";
import { Icon } from "../../ui/icon.tsx";
import { LabelChip, LabelDot } from "../../ui/label-chip.tsx";
import { tipProps } from "../../ui/tip.ts";
import { copyLink } from "./copy-link.ts";
import { SnoozePopover } from "./public/snooze-popover.tsx";
import { SubjectField } from "./subject-field.tsx";
import { TicketMenu } from "./ticket-menu.tsx";
import { useMayWrite } from "../../api/use-may-write.ts";
import { type TicketActions, useLabelling, useTicketActions } from "./use-ticket-actions.ts";
import { whenWords } from "./when-words.ts";
import { WhoIsHere } from "./who-is-here.tsx";

/** Which picker is open: one at a time, by its button or by its key. */
type Picker = "assign" | "label" | "move" | "snooze";

/** What stays in sight while one reads: what the ticket is, whose, and what one can do with it. */
export function TicketHeader({ ticket, place }: { ticket: TicketRow; place: Place }) {
  const go = useGo();
  const layout = useLayout();
  const { customerShown, toggleCustomer } = usePanes();
  const actions = useTicketActions(ticket, place);
  const may = useMayWrite();
  const [picker, setPicker] = useState<Picker | null>(null);
  const opened = (name: Picker): Opened => ({
    open: picker === name,
    onOpenChange: (open) => setPicker((now) => (open ? name : now === name ? null : now)),
  });
  usePickerCommands(setPicker, may);
  useStateCommands(ticket, actions, may);
  return (
    <header className="flex shrink-0 flex-col gap-1 border-b border-line px-3 pt-2 pb-2">
      <div className="flex items-start gap-1">
        {layout === "phone" && (
          <IconButton
            icon={ArrowLeft}
            label={t("command.back")}
            command="go.back"
            onClick={() => go.place(place)}
            className="rtl:-scale-x-100"
          />
        )}
        <SubjectField subject={ticket.subject} onChange={may ? actions.rename : null} />
        <div className="flex shrink-0 items-center gap-0.5 print:hidden">
          {may && <StateButtons ticket={ticket} actions={actions} snooze={opened("snooze")} />}
          <TicketMenu
            ticket={ticket}
            place={place}
            actions={actions}
            may={may}
            onMove={() => setPicker("move")}
            onSnooze={() => setPicker("snooze")}
          />
          <IconButton
            icon={PanelRight}
            label={t("frame.customer")}
            pressed={layout === "wide" ? customerShown : undefined}
            onClick={() => (layout === "wide" ? toggleCustomer() : openCustomer(true))}
            className="aria-pressed:bg-transparent aria-pressed:text-text rtl:-scale-x-100"
          />
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1 ps-2 text-sm max-medium:ps-1">
        <NumberLink number={ticket.number} />
        <StateBadge ticket={ticket} />
        <AssigneePicker ticket={ticket} actions={actions} may={may} opened={opened("assign")} />
        <InboxPicker ticket={ticket} actions={actions} may={may} opened={opened("move")} />
        <Labels ticket={ticket} may={may} opened={opened("label")} />
        <WhoIsHere ticketId={ticket.id} />
      </div>
    </header>
  );
}

function usePickerCommands(open: (picker: Picker) => void, enabled: boolean): void {
  useCommand("ticket.assign", () => open("assign"), { enabled });
  useCommand("ticket.label", () => open("label"), { enabled });
  useCommand("ticket.move", () => open("move"), { enabled });
  useCommand("ticket.snooze", () => open("snooze"), { enabled });
}

function useStateCommands(ticket: TicketRow, actions: TicketActions, may: boolean): void {
  const { data: session } = useQuery(sessionQuery);
  useCommand("ticket.assignToMe", () => actions.assign(session?.user.id ?? null), { enabled: may });
  useCommand("ticket.close", () => actions.close(), { enabled: may && ticket.state !== "closed" });
  useCommand("ticket.hold", () => (ticket.state === "hold" ? actions.open() : actions.hold()), { enabled: may });
  useCommand("ticket.spam", () => actions.spam(), { enabled: may });
  useCommand("ticket.trash", () => actions.trash(), { enabled: may });
}

function StateButtons({ ticket, actions, snooze }: { ticket: TicketRow; actions: TicketActions; snooze: Opened }) {
  const rests = ticket.state === "closed" || ticket.state === "snoozed" || ticket.state === "hold";
  return (
    <>
      <SnoozePopover
        opened={snooze}
        onChoose={actions.snooze}
        trigger={(props) => <IconButton icon={Clock} label={t("command.snooze")} command="ticket.snooze" {...props} />}
      />
      {rests && (
        <Button size="small" icon={RotateCcw} onClick={actions.open} className="max-medium:hidden">
          {t("ticket.reopen")}
        </Button>
      )}
      {ticket.state !== "closed" && (
        <Button
          size="small"
          icon={CircleCheck}
          command="ticket.close"
          tip={t("command.close")}
          onClick={actions.close}
          className="max-medium:hidden"
        >
          {t("ticket.close")}
        </Button>
      )}
    </>
  );
}

function NumberLink({ number }: { number: number }) {
  return (
    <button
      type="button"
      {...tipProps({ tip: t("ticket.copyLink") })}
      aria-label={t("ticket.copyLinkOf", { number: String(number) })}
      onClick={() => void copyLink()}
      className="rounded-sm text-muted tabular-nums hover:text-text hover:underline pointer-coarse:min-h-8"
    >
      {`#${number}`}
    </button>
  );
}

const TONES: Readonly<Record<TicketRow["state"], Tone>> = {
  open: "good",
  hold: "warn",
  snoozed: "accent",
  closed: "neutral",
  archived: "neutral",
};

function StateBadge({ ticket: { state, snoozed_until, spam, trash } }: { ticket: TicketRow }) {
  const until = state === "snoozed" && snoozed_until !== null ? whenWords(new Date(snoozed_until)) : null;
  return (
    <>
      <Badge tone={TONES[state]}>
        {until === null ? t(`state.${state}`) : t("state.snoozedUntil", { when: until })}
      </Badge>
      {spam && <Badge tone="danger">{t("folder.spam")}</Badge>}
      {trash && <Badge tone="danger">{t("folder.trash")}</Badge>}
    </>
  );
}

interface PickerProps {
  ticket: TicketRow;
  may: boolean;
  opened: Opened;
}

/** A value in the header that is changed where it stands. */
function ValueButton({ label, disabled, children, ...props }: TriggerProps & ValueProps) {
  return (
    <button
      type="button"
      {...props}
      disabled={disabled}
      aria-label={label}
      className={cx(
        "inline-flex h-6 max-w-48 min-w-0 items-center gap-1.5 rounded px-1 -mx-1 enabled:hover:bg-ground-hover aria-expanded:bg-ground-press",
        "pointer-coarse:min-h-8",
      )}
    >
      {children}
    </button>
  );
}

interface ValueProps {
  label: string;
  disabled: boolean;
  children: ReactNode;
}

const NOBODY = "nobody";

function AssigneePicker({ ticket, actions, may, opened }: PickerProps & { actions: TicketActions }) {
  const { data: users = [] } = useQuery(usersQuery);
  const assignee = users.find(({ id }) => id === ticket.user_id);
  const name = assignee === undefined ? t("ticket.nobody") : userName(assignee);
  const options = [
    { value: NOBODY, label: t("ticket.nobody"), before: <Icon icon={UserRound} className="text-muted" /> },
    ...users.map((user) => ({
      value: user.id,
      label: userName(user),
      words: user.email,
      before: <Avatar name={userName(user)} size="small" />,
    })),
  ];
  return (
    <Combobox
      label={t("command.assign")}
      placeholder={t("ticket.assignTo")}
      options={options}
      value={[ticket.user_id ?? NOBODY]}
      opened={opened}
      onChange={([chosen]) => chosen !== undefined && actions.assign(chosen === NOBODY ? null : chosen)}
      trigger={(props) => (
        <ValueButton {...props} disabled={!may} label={t("ticket.assignee", { name })}>
          {assignee === undefined ? (
            <Icon icon={UserRound} size={14} className="text-muted" />
          ) : (
            <Avatar name={name} size="small" />
          )}
          <span className={cx("truncate", assignee === undefined && "text-muted")}>{name}</span>
        </ValueButton>
      )}
    />
  );
}

function InboxPicker({ ticket, actions, may, opened }: PickerProps & { actions: TicketActions }) {
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  const name = inboxes.find(({ id }) => id === ticket.inbox_id)?.name ?? "";
  return (
    <Combobox
      label={t("command.move")}
      placeholder={t("ticket.moveTo")}
      options={inboxes.map((inbox) => ({ value: inbox.id, label: inbox.name, words: inbox.address ?? "" }))}
      value={[ticket.inbox_id]}
      opened={opened}
      onChange={([chosen]) => chosen !== undefined && actions.move(chosen)}
      trigger={(props) => (
        <ValueButton {...props} disabled={!may} label={t("ticket.inbox", { name })}>
          <Icon icon={Inbox} size={14} className="text-muted" />
          <span className="truncate">{name}</span>
        </ValueButton>
      )}
    />
  );
}

/** So many are shown; the others are counted, and shown on request. */
const MOST_LABELS = { wide: 4, medium: 4, phone: 3 };

function Labels({ ticket, may, opened }: PickerProps) {
  const labelling = useLabelling(ticket);
  const [all, setAll] = useState(false);
  const put = ticket.label_ids.flatMap((id) => labelling.labels.find((label) => label.id === id) ?? []);
  const most = MOST_LABELS[useLayout()];
  const shown = all ? put : put.slice(0, most);
  const hidden = put.length - shown.length;
  return (
    <>
      {shown.map((label) => (
        <LabelChip
          key={label.id}
          name={label.name}
          color={label.color}
          onRemove={may ? () => labelling.set(ticket.label_ids.filter((id) => id !== label.id)) : undefined}
        />
      ))}
      {put.length > most && (
        <button
          type="button"
          aria-expanded={all}
          onClick={() => setAll(!all)}
          className="rounded-full border border-line px-2 text-xs leading-4.5 text-muted hover:text-text"
        >
          {hidden > 0 ? t("ticket.moreLabels", { count: hidden }) : t("ticket.fewerLabels")}
        </button>
      )}
      {may && (
        <Combobox
          label={t("command.label")}
          placeholder={t("ticket.labelWith")}
          options={byName(labelling.labels).map((label) => ({
            value: label.id,
            label: label.name,
            before: <LabelDot color={label.color} />,
          }))}
          value={ticket.label_ids}
          multiple
          opened={opened}
          onChange={labelling.set}
          onCreate={labelling.create}
          trigger={(props) => (
            <IconButton
              icon={Tag}
              size="small"
              label={t("command.label")}
              command="ticket.label"
              {...props}
              className="size-6! pointer-coarse:size-8! print:hidden"
            />
          )}
        />
      )}
    </>
  );
}
