import { useState } from "react";
import { type InboxSettings, changeInbox, deleteInbox } from "../../api/queries/inbox-settings.ts";
import { useChange } from "../../api/use-change.ts";
import { t } from "../../i18n/t.ts";
import { useGo } from "../../lib/use-go.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { CheckField, TextField } from "./fields.tsx";
import { FormErrors, SettingsForm } from "./form.tsx";
import { InboxDkim } from "./inbox-dkim.tsx";
import { InboxReceiving, InboxSending } from "./inbox-servers.tsx";
import { InboxAcknowledgement, InboxSignature } from "./inbox-texts.tsx";
import { Page, Part } from "./page.tsx";
import { useForm, wordsOf } from "./use-form.ts";

/** One inbox: what it is called, how its mail comes and goes, and what stands in it. */
export function InboxPage({ inbox }: { inbox: InboxSettings }) {
  return (
    <Page title={inbox.name} back={{ to: "/settings/inboxes", label: t("settings.inboxes") }}>
      <General inbox={inbox} />
      <InboxReceiving inbox={inbox} />
      <InboxSending inbox={inbox} />
      <InboxSignature inbox={inbox} />
      <InboxAcknowledgement inbox={inbox} />
      <InboxDkim inbox={inbox} />
      <DeleteInbox inbox={inbox} />
    </Page>
  );
}

function General({ inbox }: { inbox: InboxSettings }) {
  const form = useForm({
    initial: {
      name: inbox.name,
      address: inbox.address ?? "",
      from_name: inbox.from_name ?? "",
      plus_addressing: inbox.plus_addressing,
    },
    save: async (_values, { address, from_name, ...changed }) =>
      await changeInbox(inbox.id, {
        ...changed,
        ...(address !== undefined && { address: address.trim() === "" ? null : address }),
        ...(from_name !== undefined && { from_name: from_name.trim() === "" ? null : from_name }),
      }),
  });
  return (
    <SettingsForm form={form} label={inbox.name}>
      <TextField form={form} name="name" label={t("settings.name")} hint={t("inboxes.nameHint")} />
      <TextField form={form} name="address" type="email" label={t("inboxes.address")} hint={t("inboxes.addressHint")} />
      <TextField
        form={form}
        name="from_name"
        label={t("inboxes.fromName")}
        hint={t("inboxes.fromNameHint")}
        placeholder={`{{user.name}} via ${form.values.name}`}
      />
      <CheckField form={form} name="plus_addressing" label={t("inboxes.plus")} hint={t("inboxes.plusHint")} />
    </SettingsForm>
  );
}

/** With tickets in it the server refuses, and its reason stays to be read. */
function DeleteInbox({ inbox }: { inbox: InboxSettings }) {
  const go = useGo();
  const [asking, setAsking] = useState(false);
  const change = useChange({
    send: async () => await deleteInbox(inbox.id),
    done: () => ({ text: t("inboxes.deleted", { name: inbox.name }) }),
    failed: t("inboxes.notDeleted"),
  });
  return (
    <Part
      title={t("inboxes.delete")}
      about={t("inboxes.deleteAbout")}
      action={<Button onClick={() => setAsking(true)}>{t("inboxes.delete")}</Button>}
    >
      <FormErrors errors={change.error === null ? [] : wordsOf(change.error)} />
      <Confirm
        open={asking}
        title={t("inboxes.deleteName", { name: inbox.name })}
        text={t("inboxes.deleteText")}
        action={t("inboxes.delete")}
        busy={change.running}
        onClose={() => setAsking(false)}
        onConfirm={() =>
          change.run(undefined, { onSuccess: () => go.to("/settings/inboxes"), onSettled: () => setAsking(false) })
        }
      />
    </Part>
  );
}
