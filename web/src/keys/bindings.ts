import type { MessageKey } from "../i18n/t.ts";

export type Scope = "anywhere" | "list" | "ticket" | "composer";

export interface Binding {
  /**
   * What is pressed: a character as it is typed (`j`, `!`, `?`), a key's name (`Enter`, `Escape`), with `Mod+` (Ctrl, or
   * Command on a Mac) and `Shift+` before it; several presses one after another with a space between (`g u`).
   */
  keys: readonly string[];
  label: MessageKey;
  scope: Scope;
  /** Also taken while a text is written. Only for those with `Mod+`. */
  whileTyping?: true;
  /** Leads to a field: what is typed until it is there goes into it. */
  toField?: true;
}

/** Every key that the client takes. To change one, change it here: tooltips, menus and the sheet follow. */
export const BINDINGS = {
  "palette.open": { keys: ["Mod+k"], label: "command.palette", scope: "anywhere", whileTyping: true, toField: true },
  "help.keys": { keys: ["?"], label: "command.keys", scope: "anywhere" },
  "search.focus": { keys: ["/"], label: "command.search", scope: "anywhere", toField: true },
  "action.undo": { keys: ["z"], label: "command.undo", scope: "anywhere" },
  "go.unassigned": { keys: ["g u"], label: "command.goUnassigned", scope: "anywhere" },
  "go.mine": { keys: ["g m"], label: "command.goMine", scope: "anywhere" },
  "go.inbox": { keys: ["g i"], label: "command.goInbox", scope: "anywhere" },
  "go.snoozed": { keys: ["g s"], label: "command.goSnoozed", scope: "anywhere" },
  "go.closed": { keys: ["g c"], label: "command.goClosed", scope: "anywhere" },
  "ticket.create": { keys: ["c"], label: "command.newTicket", scope: "anywhere", toField: true },

  "list.next": { keys: ["j"], label: "command.nextRow", scope: "list" },
  "list.previous": { keys: ["k"], label: "command.previousRow", scope: "list" },
  "list.open": { keys: ["Enter", "o"], label: "command.open", scope: "list" },
  "list.peek": { keys: ["p"], label: "command.peek", scope: "list" },
  "list.select": { keys: ["x"], label: "command.select", scope: "list" },
  "list.selectAll": { keys: ["* a"], label: "command.selectAll", scope: "list" },

  "go.back": { keys: ["u", "Escape"], label: "command.back", scope: "ticket" },
  "ticket.next": { keys: ["]"], label: "command.nextTicket", scope: "ticket" },
  "ticket.previous": { keys: ["["], label: "command.previousTicket", scope: "ticket" },
  "ticket.reply": { keys: ["r"], label: "command.reply", scope: "ticket", toField: true },
  "ticket.replyAll": { keys: ["a"], label: "command.replyAll", scope: "ticket", toField: true },
  "ticket.forward": { keys: ["f"], label: "command.forward", scope: "ticket", toField: true },
  "ticket.note": { keys: ["n"], label: "command.note", scope: "ticket", toField: true },
  "ticket.assign": { keys: ["i"], label: "command.assign", scope: "ticket", toField: true },
  "ticket.assignToMe": { keys: ["i i"], label: "command.assignToMe", scope: "ticket" },
  "ticket.label": { keys: ["l"], label: "command.label", scope: "ticket", toField: true },
  "ticket.move": { keys: ["v"], label: "command.move", scope: "ticket", toField: true },
  "ticket.snooze": { keys: ["s"], label: "command.snooze", scope: "ticket", toField: true },
  "ticket.close": { keys: ["e"], label: "command.close", scope: "ticket" },
  "ticket.hold": { keys: ["h"], label: "command.hold", scope: "ticket" },
  "ticket.spam": { keys: ["!"], label: "command.spam", scope: "ticket" },
  "ticket.trash": { keys: ["#"], label: "command.trash", scope: "ticket" },

  "composer.send": { keys: ["Mod+Enter"], label: "command.send", scope: "composer", whileTyping: true },
  "composer.sendAndClose": {
    keys: ["Mod+Shift+Enter"],
    label: "command.sendAndClose",
    scope: "composer",
    whileTyping: true,
  },
  "composer.bold": { keys: ["Mod+b"], label: "command.bold", scope: "composer", whileTyping: true },
  "composer.italic": { keys: ["Mod+i"], label: "command.italic", scope: "composer", whileTyping: true },
  "composer.link": { keys: ["Mod+Shift+k"], label: "command.link", scope: "composer", whileTyping: true },
  "composer.bullets": { keys: ["Mod+Shift+l"], label: "command.bullets", scope: "composer", whileTyping: true },
  "composer.numbers": { keys: ["Mod+Shift+o"], label: "command.numbers", scope: "composer", whileTyping: true },
  "composer.quote": { keys: ["Mod+Shift+b"], label: "command.quote", scope: "composer", whileTyping: true },
  "composer.code": { keys: ["Mod+e"], label: "command.code", scope: "composer", whileTyping: true },
  "composer.savedReply": { keys: ["Mod+Shift+s"], label: "command.savedReply", scope: "composer", whileTyping: true },
  "composer.attach": { keys: ["Mod+Shift+a"], label: "command.attach", scope: "composer", whileTyping: true },
  "composer.sendLater": { keys: ["Mod+Shift+y"], label: "command.sendLater", scope: "composer", whileTyping: true },
} as const satisfies Record<string, Binding>;

export type CommandId = keyof typeof BINDINGS;

export const COMMAND_IDS = Object.keys(BINDINGS) as CommandId[];

export function bindingOf(id: CommandId): Binding {
  return BINDINGS[id];
}
