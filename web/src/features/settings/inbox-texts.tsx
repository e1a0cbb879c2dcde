import { useRef } from "react";
import { type InboxSettings, changeInbox } from "../../api/queries/inbox-settings.ts";
import { t } from "../../i18n/t.ts";
import { AreaField, CheckField } from "./fields.tsx";
import { SettingsForm } from "./form.tsx";
import { Part } from "./page.tsx";
import { SignaturePreview } from "./signature-preview.tsx";
import { useForm } from "./use-form.ts";
import { ACKNOWLEDGEMENT_VARIABLES, SIGNATURE_VARIABLES, Variables, insertInto } from "./variables.tsx";

/** What stands under every mail from an inbox, after the writer's own signature. */
export function InboxSignature({ inbox }: { inbox: InboxSettings }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const form = useForm({
    initial: { signature: inbox.signature ?? "" },
    save: async ({ signature }) =>
      await changeInbox(inbox.id, { signature: signature.trim() === "" ? null : signature }),
  });
  const { signature } = form.values;
  return (
    <Part title={t("inboxes.signature")} about={t("inboxes.signatureAbout")}>
      <SettingsForm form={form} label={t("inboxes.signature")}>
        <AreaField
          form={form}
          name="signature"
          ref={field}
          label={t("inboxes.signatureText")}
          hint={t("signature.hint")}
        />
        <Variables
          names={SIGNATURE_VARIABLES}
          onPick={(text) => insertInto(field.current, signature, text, (value) => form.set("signature", value))}
        />
        <SignaturePreview inboxId={inbox.id} texts={{ signature }} />
      </SettingsForm>
    </Part>
  );
}

/** What who writes first is told at once. */
export function InboxAcknowledgement({ inbox }: { inbox: InboxSettings }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const form = useForm({
    initial: { enabled: inbox.acknowledgement.enabled, body: inbox.acknowledgement.body ?? "" },
    fields: { "acknowledgement.body": "body", "acknowledgement.enabled": "enabled" },
    save: async ({ enabled, body }) =>
      await changeInbox(inbox.id, { acknowledgement: { enabled, body: body.trim() === "" ? null : body } }),
  });
  return (
    <Part title={t("inboxes.acknowledgement")} about={t("inboxes.acknowledgementAbout")}>
      <SettingsForm form={form} label={t("inboxes.acknowledgement")}>
        <CheckField form={form} name="enabled" label={t("inboxes.acknowledges")} />
        <AreaField
          form={form}
          name="body"
          ref={field}
          rows={6}
          label={t("inboxes.acknowledgementText")}
          hint={t("signature.hint")}
        />
        <Variables
          names={ACKNOWLEDGEMENT_VARIABLES}
          onPick={(text) => insertInto(field.current, form.values.body, text, (value) => form.set("body", value))}
        />
      </SettingsForm>
    </Part>
  );
}
