import type { rows as english } from "../en/rows.ts";
import type { Translated } from "../plural.ts";

export const rows: Translated<typeof english> = {
  "row.select": "{name} auswählen",
  "row.noName": "Unbekannter Absender",
  "row.unread": "Ungelesen",
  "row.failed": "Eine Nachricht ließ sich nicht zustellen",
  "row.mentioned": "Eine Notiz erwähnt dich",
  "row.draft": "Du hast hier einen Entwurf",
  "row.attachments": { one: "{count} Anhang", other: "{count} Anhänge" },
  "row.snoozed": "Auf später gelegt bis {time}",
  "row.assignedTo": "Zugewiesen an {name}",
  "row.unassigned": "Nicht zugewiesen",
  "row.labels": "Labels: {names}",
  "row.more": "+{count}",
  "row.note": "Notiz von {name}: {text}",
  "row.reply": "{name}: {text}",
  "ticket.noSubject": "(kein Betreff)",
  "time.now": "gerade eben",
};
