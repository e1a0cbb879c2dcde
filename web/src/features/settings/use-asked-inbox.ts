import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { type InboxSettings, inboxSettingsQuery } from "../../api/queries/inbox-settings.ts";

/** The inbox that the address names: `?inbox=`. Undefined while it is not known, and when there is none. */
export function useAskedInbox(): InboxSettings | undefined {
  const { search } = useLocation();
  const { data: inboxes } = useQuery(inboxSettingsQuery);
  const asked = (search as { inbox?: unknown }).inbox;
  return inboxes?.find(({ id }) => id === asked);
}

/** Where a screen of a server leads back to: its inbox, else all of them. */
export function inboxBack(inbox: { id: string; name: string } | undefined, all: string): { to: string; label: string } {
  return inbox === undefined
    ? { to: "/settings/inboxes", label: all }
    : { to: `/settings/inboxes/${inbox.id}`, label: inbox.name };
}
