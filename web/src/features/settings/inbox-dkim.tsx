import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type InboxSettings, dkimQuery, makeDkim, removeDkim } from "../../api/queries/inbox-settings.ts";
import { useChange } from "../../api/use-change.ts";
import { t } from "../../i18n/t.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { CopyField } from "./copy-field.tsx";
import { FormErrors } from "./form.tsx";
import { Part } from "./page.tsx";
import { wordsOf } from "./use-form.ts";

/** The key that signs what an inbox sends, and the DNS record that lets others check it. */
export function InboxDkim({ inbox }: { inbox: InboxSettings }) {
  const [removing, setRemoving] = useState(false);
  const make = useChange({
    send: async () => await makeDkim(inbox.id, null),
    done: () => ({ text: t("dkim.made") }),
    failed: t("dkim.notMade"),
  });
  const drop = useChange({
    send: async () => await removeDkim(inbox.id),
    done: () => ({ text: t("dkim.removed") }),
    failed: t("dkim.notRemoved"),
  });
  return (
    <Part
      title={t("dkim.title")}
      about={t("dkim.about")}
      action={
        inbox.dkim === null ? (
          <Button busy={make.running} onClick={() => make.run(undefined)}>
            {t("dkim.make")}
          </Button>
        ) : (
          <Button onClick={() => setRemoving(true)}>{t("dkim.remove")}</Button>
        )
      }
    >
      <FormErrors errors={make.error === null ? [] : wordsOf(make.error)} />
      {inbox.dkim !== null && <Record inboxId={inbox.id} domain={inbox.dkim.domain} />}
      <Confirm
        open={removing}
        title={t("dkim.remove")}
        text={t("dkim.removeText")}
        action={t("dkim.remove")}
        onClose={() => setRemoving(false)}
        onConfirm={() => {
          drop.run(undefined);
          setRemoving(false);
        }}
      />
    </Part>
  );
}

function Record({ inboxId, domain }: { inboxId: string; domain: string }) {
  const query = useQuery(dkimQuery(inboxId));
  if (query.isError) return <FormErrors errors={wordsOf(query.error)} />;
  if (query.data === undefined) return null;
  return (
    <>
      <p>{t("dkim.set", { domain })}</p>
      <CopyField label={t("dkim.name")} value={query.data.record.name} />
      <CopyField label={t("dkim.value")} value={query.data.record.value} />
    </>
  );
}
