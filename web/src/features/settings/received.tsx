import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { inboxesQuery } from "../../api/queries/folders.ts";
import { receivedMessagesQuery } from "../../api/queries/received-messages.ts";
import { relativeTime } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { Badge } from "../../ui/badge.tsx";
import { FormField, Select } from "../../ui/field.tsx";
import { OUTCOMES, OUTCOME_TONES, OUTCOME_WORDS, titleOf } from "./outcomes.ts";
import { Item, Items, Nothing, Page } from "./page.tsx";
import { Pages } from "./pages.tsx";
import { ReceivedPage } from "./received-message.tsx";
import type { SectionProps } from "./section-screens.tsx";

/** Every mail that came in, and what became of it. */
export function Received({ itemId }: SectionProps) {
  return itemId === undefined ? <Ledger /> : <ReceivedPage id={itemId} />;
}

function Ledger() {
  const [outcome, setOutcome] = useState("");
  const [inboxId, setInboxId] = useState("");
  const query = useInfiniteQuery(receivedMessagesQuery({ outcome, inboxId }));
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  return (
    <Page title={t("settings.received")} about={t("received.about")}>
      <div className="grid gap-4 medium:grid-cols-2">
        <FormField label={t("received.outcome")}>
          <Select value={outcome} onChange={(event) => setOutcome(event.target.value)}>
            <option value="">{t("received.all")}</option>
            {OUTCOMES.map((each) => (
              <option key={each} value={each}>
                {t(OUTCOME_WORDS[each])}
              </option>
            ))}
          </Select>
        </FormField>
        <FormField label={t("received.inbox")}>
          <Select value={inboxId} onChange={(event) => setInboxId(event.target.value)}>
            <option value="">{t("received.allInboxes")}</option>
            {inboxes.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        </FormField>
      </div>
      <Pages query={query}>
        {(entries) =>
          entries.length === 0 ? (
            <Nothing>{t(outcome === "" && inboxId === "" ? "received.none" : "received.noneSuch")}</Nothing>
          ) : (
            <Items label={t("settings.received")}>
              {entries.map((entry) => (
                <Item
                  key={entry.id}
                  to={`/settings/received/${entry.id}`}
                  title={titleOf(entry)}
                  detail={[entry.from, relativeTime(entry.created_at)].filter(Boolean).join(" · ")}
                  after={<Badge tone={OUTCOME_TONES[entry.outcome]}>{t(OUTCOME_WORDS[entry.outcome])}</Badge>}
                />
              ))}
            </Items>
          )
        }
      </Pages>
    </Page>
  );
}
