import { formatList } from "../../i18n/format.ts";
import { type MessageKey, t } from "../../i18n/t.ts";
import type { TicketEvent } from "../../api/types.ts";
import { whenWords } from "./when-words.ts";

/** What the ids in an event are called. */
export interface Names {
  user: (id: string) => string;
  label: (id: string) => string;
  inbox: (id: string) => string;
}

type Say = (who: string, before: unknown, after: unknown, names: Names, event: TicketEvent) => string | null;

/** An event in words, a sentence for each thing that changed; none for what the messages show themselves. */
export function sayEvent(event: TicketEvent, names: Names): string[] {
  const who = whoDid(event, names);
  if (event.kind === "message.undone") return [t("event.tookBack", { who })];
  if (event.kind === "message.delivery") return sayDelivery(who, event);
  if (event.kind === "ticket.unmerged") return [t("event.unmerged", { who })];
  if (event.kind.startsWith("message.") || event.kind === "ticket.created") return [];
  return Object.entries(event.changes ?? {}).flatMap(([field, [before, after]]) => {
    const say = Object.hasOwn(SAYINGS, field) ? SAYINGS[field] : undefined;
    return say?.(who, before, after, names, event) ?? [];
  });
}

/** Of what is on its way only a failure is told, and who had it sent again: the rest stands at the message. */
function sayDelivery(who: string, { changes, user_id, token_id }: TicketEvent): string[] {
  const [before, after] = changes?.["delivery_state"] ?? [];
  if (after === "failed") return [t("event.deliveryFailed")];
  const bySomebody = user_id !== null || token_id !== null;
  return before === "failed" && bySomebody ? [t("event.retried", { who })] : [];
}

function whoDid({ user_id, token_id }: TicketEvent, names: Names): string {
  if (user_id !== null) return names.user(user_id);
  return token_id === null ? t("event.itself") : t("event.app");
}

const SAYINGS: Readonly<Record<string, Say>> = {
  user_id: (who, _before, after, names, { user_id }) => {
    if (typeof after !== "string") return t("event.unassigned", { who });
    return after === user_id ? t("event.took", { who }) : t("event.assigned", { who, name: names.user(after) });
  },
  state: (who, before, after, _names, { changes }) => {
    const until = changes?.["snoozed_until"]?.[1];
    if (after === "snoozed" && typeof until === "string") {
      return t("event.snoozed", { who, when: whenWords(new Date(until)) });
    }
    if (after === "open" && before === "snoozed") return t("event.woke", { who });
    return typeof after === "string" && after in STATES ? t(STATES[after as keyof typeof STATES], { who }) : null;
  },
  snoozed_until: (who, _before, after, _names, { changes }) =>
    typeof after === "string" && changes?.["state"] === undefined
      ? t("event.snoozed", { who, when: whenWords(new Date(after)) })
      : null,
  label_ids: (who, before, after, names) => {
    const [old, now] = [idsOf(before), idsOf(after)];
    const added = now.filter((id) => !old.includes(id)).map(names.label);
    const removed = old.filter((id) => !now.includes(id)).map(names.label);
    if (added.length + removed.length === 0) return null;
    if (removed.length === 0) return t("event.labelled", { who, count: added.length, names: some(added) });
    if (added.length === 0) return t("event.unlabelled", { who, count: removed.length, names: some(removed) });
    return t("event.relabelled", { who, added: some(added), removed: some(removed) });
  },
  inbox_id: (who, _before, after, names) => t("event.moved", { who, name: names.inbox(String(after)) }),
  subject: (who, _before, after) =>
    t("event.renamed", { who, subject: typeof after === "string" ? after : t("ticket.noSubject") }),
  spam: (who, _before, after) => t(after === true ? "event.spam" : "event.notSpam", { who }),
  trash: (who, _before, after, _names, { changes }) =>
    changes?.["merged_into"] === undefined ? t(after === true ? "event.trashed" : "event.restored", { who }) : null,
  customer_id: (who) => t("event.customer", { who }),
  merged_ids: (who, _before, after) => t("event.merged", { who, count: idsOf(after).length }),
  split_into: (who) => t("event.split", { who }),
  split_from: (who) => t("event.splitFrom", { who }),
};

/** So many names are said; of more, how many. */
const MOST_NAMES = 4;

function some(names: readonly string[]): string {
  if (names.length <= MOST_NAMES) return formatList(names);
  const shown = names.slice(0, MOST_NAMES - 1);
  return formatList([...shown, t("event.others", { count: names.length - shown.length })]);
}

const STATES = {
  open: "event.opened",
  closed: "event.closed",
  hold: "event.held",
} as const satisfies Record<string, MessageKey>;

function idsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
