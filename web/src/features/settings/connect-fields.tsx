import type { ReactNode } from "react";
import { t } from "../../i18n/t.ts";
import type { ConnectValues } from "./connect-mailbox.ts";
import { CheckField, SelectField, TextField } from "./fields.tsx";
import {
  PROVIDERS,
  type Provider,
  type Security,
  guessProvider,
  providerOf,
  serversFor,
  usualPort,
} from "./providers.ts";
import { SignInFields } from "./server-fields.tsx";
import type { Form } from "./use-form.ts";

/** The address says most of it: the provider and its servers are filled in, and shown where they are only guessed. */
export function ConnectFields({ form }: { form: Form<ConnectValues> }) {
  const provider = providerOf(form.values.provider);
  const fill = (chosen: Provider, address: string): void => {
    const { imap, smtp } = serversFor(chosen, address);
    const known = {
      provider: chosen.id,
      auth: chosen.auth,
      token_url: chosen.tokenUrl,
      authserv_id: chosen.authserv,
      imap_host: imap.host,
      imap_port: String(imap.port),
      imap_security: imap.security,
      smtp_host: smtp.host,
      smtp_port: String(smtp.port),
      smtp_security: smtp.security,
    };
    for (const name of Object.keys(known) as (keyof typeof known)[]) form.set(name, known[name]);
  };
  return (
    <>
      <TextField
        form={form}
        name="address"
        type="email"
        label={t("connect.address")}
        hint={t("connect.addressHint")}
        onBlur={(event) => {
          const address = event.target.value.trim();
          const guessed = guessProvider(address);
          // Who has filled the servers in by hand keeps them.
          if (guessed.id !== "other" || form.values.imap_host === "") fill(guessed, address);
        }}
      />
      <SelectField
        form={form}
        name="provider"
        label={t("provider.label")}
        hint={t(provider.hint)}
        options={PROVIDERS.map(({ id, label }) => [id, t(label)])}
        onChosen={(id) => fill(providerOf(id), form.values.address)}
      />
      <SignInFields form={form as never} kind="imap" usual={form.values.address} />
      {provider.id === "other" && form.values.imap_host !== "" && (
        <>
          <ServerFields title={t("inboxes.receiving")} form={form} kind="imap" />
          <ServerFields title={t("inboxes.sending")} form={form} kind="smtp" />
        </>
      )}
      <CheckField form={form} name="from_now" label={t("mailbox.fromNow")} hint={t("mailbox.fromNowHint")} />
    </>
  );
}

function ServerFields({ title, form, kind }: { title: ReactNode; form: Form<ConnectValues>; kind: "imap" | "smtp" }) {
  return (
    <fieldset>
      <legend className="pb-1.5 font-medium">{title}</legend>
      <div className="grid gap-3 medium:grid-cols-[1fr_5rem_11rem]">
        <TextField form={form} name={`${kind}_host`} label={t("server.host")} placeholder={`${kind}.example.com`} />
        <TextField form={form} name={`${kind}_port`} label={t("server.port")} inputMode="numeric" />
        <SelectField
          form={form}
          name={`${kind}_security`}
          label={t("server.security")}
          options={[
            ["tls", t("server.tls")],
            ["starttls", t("server.starttls")],
            ["none", t("server.unencrypted")],
          ]}
          onChosen={(security) => form.set(`${kind}_port`, String(usualPort(kind, security as Security)))}
        />
      </div>
    </fieldset>
  );
}
