import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { inboxesQuery, labelsQuery, usersQuery } from "../../api/queries/folders.ts";
import { userName } from "../../api/names.ts";
import type { TicketEvent } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { Time } from "../../ui/time.tsx";
import { type Names, sayEvent } from "./event-words.ts";

/** So many are told; of more, the last, and the others on request. */
const TOLD = 2;

/** What happened between two messages: one quiet line each. */
export function EventLines({ events }: { events: readonly TicketEvent[] }) {
  const [all, setAll] = useState(false);
  const names = useNames();
  const lines = events.flatMap((event) =>
    sayEvent(event, names).map((text) => ({ id: `${event.id} ${text}`, event, text })),
  );
  if (lines.length === 0) return null;
  const shown = all || lines.length <= TOLD ? lines : lines.slice(-1);
  return (
    <ul className="border-b border-line px-6 py-1.5 text-xs text-muted max-medium:px-4">
      {shown.length < lines.length && (
        <li className="print:hidden">
          <button type="button" className="rounded-sm hover:text-text hover:underline" onClick={() => setAll(true)}>
            {t("event.earlier", { count: lines.length - shown.length })}
          </button>
        </li>
      )}
      {shown.map(({ id, event, text }) => (
        <li key={id} className="flex gap-2 py-0.5">
          <span className="min-w-0 break-words">{text}</span>
          <Time at={event.created_at} className="shrink-0 text-faint" />
        </li>
      ))}
    </ul>
  );
}

function useNames(): Names {
  const { data: users = [] } = useQuery(usersQuery);
  const { data: labels = [] } = useQuery(labelsQuery);
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  return {
    user: (id) => {
      const user = users.find((each) => each.id === id);
      return user === undefined ? t("event.somebody") : userName(user);
    },
    label: (id) => labels.find((each) => each.id === id)?.name ?? t("event.deletedLabel"),
    inbox: (id) => inboxes.find((each) => each.id === id)?.name ?? t("event.otherInbox"),
  };
}
