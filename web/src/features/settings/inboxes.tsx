import { useQuery } from "@tanstack/react-query";
import { type InboxSettings, inboxSettingsQuery } from "../../api/queries/inbox-settings.ts";
import { type Mailbox, mailboxesQuery, transportsQuery } from "../../api/queries/mail-settings.ts";
import { t } from "../../i18n/t.ts";
import { Badge } from "../../ui/badge.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { NewInbox } from "./inbox-new.tsx";
import { InboxPage } from "./inbox.tsx";
import { Loaded } from "./loaded.tsx";
import { ButtonLink, Item, Items, Nothing, Page, Part } from "./page.tsx";
import type { SectionProps } from "./section-screens.tsx";

/** The addresses that customers write to. */
export function Inboxes({ itemId }: SectionProps) {
  const query = useQuery(inboxSettingsQuery);
  if (itemId === "new") return <NewInbox />;
  if (itemId !== undefined) {
    return (
      <Loaded query={query}>
        {(inboxes) => {
          const inbox = inboxes.find(({ id }) => id === itemId);
          return inbox === undefined ? (
            <EmptyState title={t("screen.notFound")} text={t("screen.notFoundText")} />
          ) : (
            <InboxPage inbox={inbox} />
          );
        }}
      </Loaded>
    );
  }
  return (
    <Page
      title={t("settings.inboxes")}
      about={t("inboxes.about")}
      action={
        <ButtonLink to="/settings/inboxes/new" primary>
          {t("inboxes.create")}
        </ButtonLink>
      }
    >
      <Loaded query={query}>{(inboxes) => <InboxList inboxes={inboxes} />}</Loaded>
      <SharedServer />
    </Page>
  );
}

function InboxList({ inboxes }: { inboxes: readonly InboxSettings[] }) {
  const { data: mailboxes } = useQuery(mailboxesQuery);
  if (inboxes.length === 0) return <Nothing>{t("inboxes.none")}</Nothing>;
  return (
    <Items label={t("settings.inboxes")}>
      {inboxes
        .toSorted((a, b) => a.name.localeCompare(b.name))
        .map((inbox) => (
          <Item
            key={inbox.id}
            to={`/settings/inboxes/${inbox.id}`}
            title={inbox.name}
            detail={inbox.address ?? t("inboxes.noAddress")}
            after={
              mailboxes !== undefined && (
                <InboxState mailboxes={mailboxes.filter(({ inbox_id }) => inbox_id === inbox.id)} />
              )
            }
          />
        ))}
    </Items>
  );
}

/** Whether mail comes in; without a mailbox it may still come by SMTP, pipe or HTTP, so that is no fault. */
function InboxState({ mailboxes }: { mailboxes: readonly Mailbox[] }) {
  if (mailboxes.length === 0) return null;
  const failing = mailboxes.some(({ last_error }) => last_error !== null);
  return <Badge tone={failing ? "danger" : "good"}>{t(failing ? "mailbox.failing" : "mailbox.working")}</Badge>;
}

/** The mail server of all inboxes that have none of their own. */
function SharedServer() {
  const { data: transports } = useQuery(transportsQuery);
  if (transports === undefined) return null;
  const shared = transports.find(({ inbox_id }) => inbox_id === null);
  return (
    <Part
      title={t("server.shared")}
      about={t("server.sharedAbout")}
      action={shared === undefined && <ButtonLink to="/settings/servers/new">{t("server.add")}</ButtonLink>}
    >
      {shared !== undefined && (
        <Items label={t("server.shared")}>
          <Item to={`/settings/servers/${shared.id}`} title={shared.host} detail={shared.user ?? t("server.noUser")} />
        </Items>
      )}
    </Part>
  );
}
