import {
  CircleCheck,
  CircleDot,
  Clock,
  FolderInput,
  type LucideIcon,
  Pause,
  ShieldAlert,
  Tag,
  Trash2,
  UserRound,
} from "lucide-react";
import type { BulkChanges } from "../../api/types.ts";
import type { MessageKey } from "../../i18n/t.ts";
import type { CommandId } from "../../keys/bindings.ts";
import type { Place } from "../../lib/places.ts";

/** An action that needs no choice. */
export interface PlainAction {
  label: MessageKey;
  icon: LucideIcon;
  command?: CommandId;
  changes: BulkChanges;
  words: MessageKey;
}

/** An action for which something is picked. */
export type PickKind = "assign" | "label" | "move" | "snooze";

export const PICKS: Record<PickKind, { label: MessageKey; icon: LucideIcon; command: CommandId }> = {
  assign: { label: "command.assign", icon: UserRound, command: "ticket.assign" },
  label: { label: "command.label", icon: Tag, command: "ticket.label" },
  snooze: { label: "command.snooze", icon: Clock, command: "ticket.snooze" },
  move: { label: "command.move", icon: FolderInput, command: "ticket.move" },
};

const CLOSE: PlainAction = {
  label: "command.close",
  icon: CircleCheck,
  command: "ticket.close",
  changes: { state: "closed" },
  words: "bulk.closed",
};
const OPEN: PlainAction = { label: "bulk.open", icon: CircleDot, changes: { state: "open" }, words: "bulk.opened" };
const HOLD: PlainAction = {
  label: "command.hold",
  icon: Pause,
  command: "ticket.hold",
  changes: { state: "hold" },
  words: "bulk.held",
};
const SPAM: PlainAction = {
  label: "command.spam",
  icon: ShieldAlert,
  command: "ticket.spam",
  changes: { spam: true },
  words: "bulk.spammed",
};
const NO_SPAM: PlainAction = {
  label: "bulk.noSpam",
  icon: ShieldAlert,
  command: "ticket.spam",
  changes: { spam: false },
  words: "bulk.unspammed",
};
const TRASH: PlainAction = {
  label: "command.trash",
  icon: Trash2,
  command: "ticket.trash",
  changes: { trash: true },
  words: "bulk.trashed",
};
const RESTORE: PlainAction = {
  label: "bulk.restore",
  icon: Trash2,
  command: "ticket.trash",
  changes: { trash: false },
  words: "bulk.restored",
};

/** What can be done in a list: where all are closed, closing makes no sense, and what is spam can be taken out of it. */
export function actionsIn(place: Place): { main: PlainAction; others: readonly PlainAction[] } {
  const folder = place.kind === "folder" ? place.folder : null;
  if (folder === "spam") return { main: NO_SPAM, others: [TRASH] };
  if (folder === "trash") return { main: RESTORE, others: [] };
  if (folder === "closed") return { main: OPEN, others: [HOLD, SPAM, TRASH] };
  if (folder === "hold" || folder === "snoozed") return { main: CLOSE, others: [OPEN, HOLD, SPAM, TRASH] };
  const states = place.kind === "folder" && folder !== "all" && folder !== "mentions" && folder !== "drafts";
  return { main: CLOSE, others: states ? [HOLD, SPAM, TRASH] : [OPEN, HOLD, SPAM, TRASH] };
}
