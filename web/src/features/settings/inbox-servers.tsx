import { useQuery } from "@tanstack/react-query";
import type { InboxSettings } from "../../api/queries/inbox-settings.ts";
import { type Mailbox, mailboxesQuery, transportsQuery } from "../../api/queries/mail-settings.ts";
import { relativeTime } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { Badge } from "../../ui/badge.tsx";
import { Loaded } from "./loaded.tsx";
import { ButtonLink, Item, Items, Part } from "./page.tsx";

/** The mailboxes whose mail comes into an inbox, and how fetching them goes. */
export function InboxReceiving({ inbox }: { inbox: InboxSettings }) {
  const query = useQuery(mailboxesQuery);
  return (
    <Part
      title={t("inboxes.receiving")}
      about={t("inboxes.receivingAbout")}
      action={<ButtonLink to={`/settings/mailboxes/new?inbox=${inbox.id}`}>{t("mailbox.add")}</ButtonLink>}
    >
      <Loaded query={query}>
        {(all) => {
          const mailboxes = all.filter(({ inbox_id }) => inbox_id === inbox.id);
          if (mailboxes.length === 0) return null;
          return (
            <Items label={t("inboxes.receiving")}>
              {mailboxes.map((mailbox) => (
                <Item
                  key={mailbox.id}
                  to={`/settings/mailboxes/${mailbox.id}`}
                  title={mailbox.user}
                  detail={mailboxState(mailbox)}
                  after={
                    mailbox.last_error === null ? (
                      <Badge tone="good">{t("mailbox.working")}</Badge>
                    ) : (
                      <Badge tone="danger">{t("mailbox.failing")}</Badge>
                    )
                  }
                />
              ))}
            </Items>
          );
        }}
      </Loaded>
    </Part>
  );
}

/** How fetching goes, in words. */
export function mailboxState({ host, last_error, last_fetched_at }: Mailbox): string {
  if (last_error !== null) return last_error;
  const when =
    last_fetched_at === null ? t("mailbox.notYet") : t("mailbox.fetched", { when: relativeTime(last_fetched_at) });
  return `${host} · ${when}`;
}

/** The mail server that takes what an inbox sends: its own, else the one of all. */
export function InboxSending({ inbox }: { inbox: InboxSettings }) {
  const query = useQuery(transportsQuery);
  const own = query.data?.find(({ inbox_id }) => inbox_id === inbox.id);
  const shared = query.data?.find(({ inbox_id }) => inbox_id === null);
  const about =
    own !== undefined
      ? t("inboxes.sendingOwn")
      : shared !== undefined
        ? t("inboxes.sendingShared", { host: shared.host })
        : t("inboxes.sendingNone");
  return (
    <Part
      title={t("inboxes.sending")}
      {...(query.data !== undefined && { about })}
      action={
        query.data !== undefined &&
        own === undefined && (
          <ButtonLink to={`/settings/servers/new?inbox=${inbox.id}`}>{t("server.addOwn")}</ButtonLink>
        )
      }
    >
      {own !== undefined && (
        <Items label={t("inboxes.sending")}>
          <Item to={`/settings/servers/${own.id}`} title={own.host} detail={own.user ?? t("server.noUser")} />
        </Items>
      )}
    </Part>
  );
}
