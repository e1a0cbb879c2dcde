import { useQuery } from "@tanstack/react-query";
import { mailboxesQuery } from "../../api/queries/mail-settings.ts";
import { t } from "../../i18n/t.ts";
import { EmptyState } from "../../ui/states.tsx";
import { Loaded } from "./loaded.tsx";
import { MailboxEdit } from "./mailbox-edit.tsx";
import { MailboxNew } from "./mailbox-new.tsx";
import type { SectionProps } from "./section-screens.tsx";
import { useAskedInbox } from "./use-asked-inbox.ts";

/** A mailbox that is fetched by IMAP, or a new one. */
export function MailboxPage({ itemId = "new" }: SectionProps) {
  const query = useQuery(mailboxesQuery);
  const asked = useAskedInbox();
  if (itemId === "new") return <MailboxNew inbox={asked} />;
  return (
    <Loaded query={query}>
      {(mailboxes) => {
        const mailbox = mailboxes.find(({ id }) => id === itemId);
        return mailbox === undefined ? (
          <EmptyState title={t("screen.notFound")} text={t("screen.notFoundText")} />
        ) : (
          <MailboxEdit mailbox={mailbox} />
        );
      }}
    </Loaded>
  );
}
