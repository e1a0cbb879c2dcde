import { useQuery } from "@tanstack/react-query";
import { type Account, accountQuery, changeAccount } from "../../api/queries/account.ts";
import { t } from "../../i18n/t.ts";
import { TextField } from "./fields.tsx";
import { SettingsForm } from "./form.tsx";
import { Loaded } from "./loaded.tsx";
import { Page, Part } from "./page.tsx";
import { useForm } from "./use-form.ts";

/** The help desk as a whole. */
export function AccountPage() {
  const query = useQuery(accountQuery);
  return (
    <Page title={t("settings.account")}>
      <Loaded query={query}>
        {(account) => (
          <>
            <Desk account={account} />
            <Part title={t("account.limits")} about={t("account.limitsAbout")}>
              <Limits account={account} />
            </Part>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Desk({ account }: { account: Account }) {
  const form = useForm({
    initial: { name: account.name, undo_seconds: String(account.undo_seconds) },
    save: async ({ name, undo_seconds }) => await changeAccount({ name, undo_seconds: numberOf(undo_seconds) }),
  });
  return (
    <SettingsForm form={form} label={t("settings.account")}>
      <TextField form={form} name="name" label={t("account.name")} hint={t("account.nameHint")} />
      <TextField
        form={form}
        name="undo_seconds"
        label={t("account.undo")}
        hint={t("account.undoHint")}
        inputMode="numeric"
        className="max-w-40"
      />
      <p className="text-sm text-muted">{t("account.site", { site: account.site })}</p>
    </SettingsForm>
  );
}

function Limits({ account }: { account: Account }) {
  const form = useForm({
    initial: {
      credits_per_minute: String(account.credits_per_minute),
      requests_per_second: String(account.requests_per_second),
    },
    save: async ({ credits_per_minute, requests_per_second }) =>
      await changeAccount({
        credits_per_minute: numberOf(credits_per_minute),
        requests_per_second: numberOf(requests_per_second),
      }),
  });
  return (
    <SettingsForm form={form} label={t("account.limits")}>
      <div className="grid gap-4 medium:grid-cols-2">
        <TextField
          form={form}
          name="credits_per_minute"
          label={t("account.credits")}
          hint={t("account.creditsHint")}
          inputMode="numeric"
        />
        <TextField
          form={form}
          name="requests_per_second"
          label={t("account.burst")}
          hint={t("account.burstHint")}
          inputMode="numeric"
        />
      </div>
    </SettingsForm>
  );
}

/** What is no whole number is sent as it was typed: the server says what it wants. */
function numberOf(text: string): number {
  return /^\s*\d+\s*$/.test(text) ? Number(text) : (text as unknown as number);
}
