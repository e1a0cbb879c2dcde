import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useState } from "react";
import { sessionQuery } from "../../../api/queries/session.ts";
import { t } from "../../../i18n/t.ts";
import { EmptyState } from "../../../ui/states.tsx";
import { NewTicketForm } from "../new-ticket-form.tsx";

/** Begins a conversation. `?draft=` names the one that one goes on with. */
export function NewTicketScreen() {
  const { search } = useLocation();
  const draftId = (search as { draft?: string }).draft ?? null;
  const { data: session } = useQuery(sessionQuery);
  // The address follows a draft that is saved for the first time: that is no other ticket.
  const [shown, setShown] = useState({ draftId, count: 0 });
  const [made, setMade] = useState<string | null>(null);
  if (shown.draftId !== draftId && draftId !== made) setShown({ draftId, count: shown.count + 1 });
  if (session === undefined) return null;
  if (session.user.role === "read_only") {
    return <EmptyState title={t("screen.noPermission")} text={t("screen.noPermissionText")} />;
  }
  return (
    <NewTicketForm
      key={shown.count}
      draftId={shown.draftId}
      me={session.user.id}
      within={session.user.inbox_ids}
      onMade={setMade}
    />
  );
}
