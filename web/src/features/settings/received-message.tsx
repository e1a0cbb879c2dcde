import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { inboxesQuery } from "../../api/queries/folders.ts";
import {
  type ReceivedMessage,
  rawMailPath,
  receivedMessageQuery,
  retryReceived,
} from "../../api/queries/received-messages.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import type { Id } from "../../api/types.ts";
import { useChange } from "../../api/use-change.ts";
import { formatSize } from "../../i18n/format.ts";
import { type MessageKey, t } from "../../i18n/t.ts";
import { ticketPath } from "../../lib/places.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Time } from "../../ui/time.tsx";
import { Loaded } from "./loaded.tsx";
import { OUTCOME_TONES, OUTCOME_WORDS, titleOf } from "./outcomes.ts";
import { Page } from "./page.tsx";
import { isAtLeast } from "./sections.ts";

const SOURCES: Readonly<Record<string, MessageKey>> = {
  imap: "received.source.imap",
  smtp: "received.source.smtp",
  lmtp: "received.source.lmtp",
  http: "received.source.http",
  pipe: "received.source.pipe",
  import: "received.source.import",
};

/** One mail of the ledger: what became of it and why, and another try for what was put aside. */
export function ReceivedPage({ id }: { id: Id }) {
  const query = useQuery(receivedMessageQuery(id));
  const back = { to: "/settings/received", label: t("settings.received") };
  return (
    <Loaded query={query}>
      {(message) => (
        <Page title={titleOf(message)} back={back} action={<Outcome message={message} />}>
          {message.reason !== null && (
            <p
              role={message.outcome === "quarantine" ? "alert" : undefined}
              className="rounded border border-line bg-ground-low px-3 py-2.5 wrap-anywhere"
            >
              {message.reason}
            </p>
          )}
          <Actions message={message} />
          <Facts message={message} />
        </Page>
      )}
    </Loaded>
  );
}

function Outcome({ message: { outcome } }: { message: ReceivedMessage }) {
  return <Badge tone={OUTCOME_TONES[outcome]}>{t(OUTCOME_WORDS[outcome])}</Badge>;
}

function Actions({ message }: { message: ReceivedMessage }) {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const change = useChange({
    send: async () => await retryReceived(message.id),
    done: (_input, { outcome }) => ({ text: t("received.retried", { outcome: t(OUTCOME_WORDS[outcome]) }) }),
    failed: t("received.notRetried"),
  });
  const mayRetry = message.outcome === "quarantine" && isAtLeast(session.user.role, "admin");
  return (
    <div className="flex flex-wrap gap-2">
      {mayRetry && (
        <Button kind="primary" busy={change.running} onClick={() => change.run(undefined)}>
          {t("received.retry")}
        </Button>
      )}
      {message.ticket_id !== null && (
        <Link
          to={ticketPath({ kind: "folder", folder: message.outcome === "spam" ? "spam" : "all" }, message.ticket_id)}
          className={LINK}
        >
          {t("received.openTicket", { number: message.ticket_number ?? 0 })}
        </Link>
      )}
      <a href={rawMailPath(message.id)} download className={LINK}>
        {t("received.original")}
      </a>
    </div>
  );
}

const LINK =
  "inline-flex h-8 items-center rounded border border-edge bg-ground-float px-3 font-medium hover:bg-ground-hover pointer-coarse:min-h-11";

function Facts({ message }: { message: ReceivedMessage }) {
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  const { source, attempts, created_at, processed_at } = message;
  const words = SOURCES[source];
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2">
      <Fact name={t("received.from")}>{message.from}</Fact>
      <Fact name={t("received.inbox")}>{inboxes.find(({ id }) => id === message.inbox_id)?.name}</Fact>
      <Fact name={t("received.cameBy")}>{words === undefined ? source : t(words)}</Fact>
      <Fact name={t("received.cameAt")}>
        <Time at={created_at} />
      </Fact>
      <Fact name={t("received.doneAt")}>{processed_at !== null && <Time at={processed_at} />}</Fact>
      <Fact name={t("received.size")}>{formatSize(message.size)}</Fact>
      <Fact name={t("received.mailId")}>{message.mail_id}</Fact>
      <Fact name={t("received.attempts")}>{attempts > 0 && String(attempts)}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (children === null || children === undefined || children === false) return null;
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd dir="auto" className="min-w-0 text-start wrap-anywhere">
        {children}
      </dd>
    </>
  );
}
