import { useEffect } from "react";
import { customerName } from "../../../api/names.ts";
import { get } from "../../../api/client.ts";
import { type Change, watchChanges } from "../../../api/live.ts";
import { queryClient } from "../../../api/query-client.ts";
import { sessionQuery } from "../../../api/queries/session.ts";
import type { Id, TicketRow } from "../../../api/types.ts";
import { t } from "../../../i18n/t.ts";
import { notify, notifyState } from "../../../lib/notify.ts";
import { FIRST_PLACE, type Place, placePath, ticketPath } from "../../../lib/places.ts";
import { useGo } from "../../../lib/use-go.ts";

/** Mail that comes within this time is told of together. */
const GATHER = 1500;
/** Of more than this only the number is told. */
const MOST = 3;

/**
 * Tells by the browser's notifications of mail that concerns the reader, while nobody looks: in their own tickets, in those
 * that are nobody's, and notes that name them.
 */
export function useNews(): void {
  const go = useGo();
  useEffect(() => {
    const ids = new Set<Id>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = watchChanges((changes) => {
      if (notifyState() !== "on") return;
      for (const { id } of changes.filter(isNews)) ids.add(id);
      if (ids.size === 0) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        const gathered = [...ids].slice(0, 100);
        ids.clear();
        void tell(gathered, (href) => go.to(href));
      }, GATHER);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [go]);
}

function isNews({ resource, kind }: Change): boolean {
  return resource === "ticket" && ["ticket.created", "message.received", "message.created"].includes(kind);
}

/** Reads the tickets, so that one is told only of what one may see and has not seen. A failure is no news. */
async function tell(ids: readonly Id[], open: (href: string) => void): Promise<void> {
  const me = queryClient.getQueryData(sessionQuery.queryKey)?.user.id;
  const fields = ["id", "subject", "user_id", "spam", "trash", "unread", "mentioned", "last_message", "customer"];
  const query = { id: ids, fields, embed: "customer", per_page: 100 };
  const tickets = await get<TicketRow[]>("/tickets", query).catch(() => []);
  const news = tickets.filter(
    ({ user_id, unread, mentioned, spam, trash }) =>
      unread === true && !spam && !trash && (user_id === me || user_id === null || mentioned === true),
  );
  if (news.length > MOST) {
    notify({
      title: t("news.many", { count: news.length }),
      body: "",
      tag: "many",
      onOpen: () => open(placePath(FIRST_PLACE)),
    });
    return;
  }
  const mine: Place = { kind: "folder", folder: "mine" };
  for (const { id, subject, last_message, customer, user_id } of news) {
    notify({
      title: last_message?.from_name || customerName(customer),
      body: [subject ?? t("ticket.noSubject"), last_message?.text].filter(Boolean).join("\n"),
      tag: id,
      onOpen: () => open(ticketPath(user_id === me ? mine : FIRST_PLACE, id)),
    });
  }
}
