import type { Messages } from "../plural.ts";

/** A row of a list: what is drawn before the rest of the client is there (`early/`). */
export const rows = {
  "row.select": "Select {name}",
  "row.noName": "Unknown sender",
  "row.unread": "Unread",
  "row.failed": "A message could not be delivered",
  "row.mentioned": "A note mentions you",
  "row.draft": "You have a draft here",
  "row.attachments": { one: "{count} attachment", other: "{count} attachments" },
  "row.snoozed": "Snoozed until {time}",
  "row.assignedTo": "Assigned to {name}",
  "row.unassigned": "Unassigned",
  "row.labels": "Labels: {names}",
  "row.more": "+{count}",
  "row.note": "Note by {name}: {text}",
  "row.reply": "{name}: {text}",
  "ticket.noSubject": "(no subject)",
  "time.now": "just now",
} as const satisfies Messages;
