import { createInbox } from "../../api/queries/inbox-settings.ts";
import { t } from "../../i18n/t.ts";
import { useGo } from "../../lib/use-go.ts";
import { TextField } from "./fields.tsx";
import { SettingsForm } from "./form.tsx";
import { ButtonLink, Page } from "./page.tsx";
import { useForm } from "./use-form.ts";

export function NewInbox() {
  const go = useGo();
  const form = useForm({
    initial: { name: "", address: "" },
    always: true,
    save: async ({ name, address }) => {
      const { id } = await createInbox({ name, address: address.trim() === "" ? null : address });
      go.to(`/settings/inboxes/${id}`);
    },
    done: t("inboxes.created"),
  });
  return (
    <Page title={t("inboxes.create")} back={{ to: "/settings/inboxes", label: t("settings.inboxes") }}>
      <SettingsForm
        form={form}
        action={t("inboxes.create")}
        beside={<ButtonLink to="/settings/inboxes">{t("action.cancel")}</ButtonLink>}
      >
        <TextField form={form} name="name" label={t("settings.name")} hint={t("inboxes.nameHint")} />
        <TextField
          form={form}
          name="address"
          type="email"
          label={t("inboxes.address")}
          hint={t("inboxes.addressHint")}
        />
      </SettingsForm>
    </Page>
  );
}
