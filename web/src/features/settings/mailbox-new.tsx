import { useQuery } from "@tanstack/react-query";
import { inboxesQuery } from "../../api/queries/folders.ts";
import { addMailbox, tryMailbox } from "../../api/queries/mail-settings.ts";
import type { InboxSettings } from "../../api/queries/inbox-settings.ts";
import { t } from "../../i18n/t.ts";
import { useGo } from "../../lib/use-go.ts";
import { AfterFields, afterInput } from "./after-fetching.tsx";
import { CheckField, SelectField, TextField } from "./fields.tsx";
import { SettingsForm } from "./form.tsx";
import { ButtonLink, Page } from "./page.tsx";
import { PROVIDERS, type Provider, guessProvider, providerOf, serversFor } from "./providers.ts";
import { NO_SECRETS, PlaceFields, SignInFields, serverFields, serverInput } from "./server-fields.tsx";
import { TrialSteps } from "./trial-steps.tsx";
import { TryButton, useTrial } from "./try-server.tsx";
import { inboxBack } from "./use-asked-inbox.ts";
import { useForm } from "./use-form.ts";

/** Connects a mailbox: the provider knows most of it, and a try says what is wrong before it is kept. */
export function MailboxNew({ inbox }: { inbox: InboxSettings | undefined }) {
  const go = useGo();
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  const back = inboxBack(inbox, t("settings.inboxes"));
  const address = inbox?.address ?? "";
  const guessed = guessProvider(address);
  const form = useForm({
    initial: {
      provider: guessed.id,
      inbox_id: inbox?.id ?? inboxes[0]?.id ?? "",
      ...presetOf(guessed, address),
      user: address,
      ...NO_SECRETS,
      token_url: guessed.tokenUrl,
      folder: "INBOX",
      after: "leave",
      move_to: "",
      authserv_id: guessed.authserv,
      from_now: true,
    },
    fields: serverFields,
    always: true,
    aside: ["provider"],
    save: async (values) => {
      await addMailbox({ ...inputOf(values), from_now: values.from_now });
      go.to(back.to);
    },
    done: t("mailbox.added"),
  });
  const trial = useTrial(async () => {
    const { after: _after, authserv_id: _authserv, ...tried } = inputOf(form.values);
    return await tryMailbox(tried);
  }, form.fail);
  const provider = providerOf(form.values.provider);
  const choose = (id: string): void => fill(form, providerOf(id));
  return (
    <Page title={t("mailbox.add")} about={t("mailbox.addAbout")} back={back}>
      <SettingsForm
        form={form}
        action={t("mailbox.add")}
        beside={
          <>
            <TryButton trial={trial} />
            <ButtonLink to={back.to}>{t("action.cancel")}</ButtonLink>
          </>
        }
      >
        <SelectField
          form={form}
          name="provider"
          label={t("provider.label")}
          hint={t(provider.hint)}
          options={PROVIDERS.map(({ id, label }) => [id, t(label)])}
          onChosen={choose}
        />
        {inbox === undefined && (
          <SelectField
            form={form}
            name="inbox_id"
            label={t("mailbox.into")}
            options={inboxes.map(({ id, name }) => [id, name])}
          />
        )}
        <PlaceFields form={form} kind="imap" />
        <SignInFields form={form} kind="imap" />
        <TextField form={form} name="folder" label={t("mailbox.folder")} hint={t("mailbox.folderHint")} />
        <AfterFields form={form} />
        <TextField form={form} name="authserv_id" label={t("mailbox.authserv")} hint={t("mailbox.authservHint")} />
        <CheckField form={form} name="from_now" label={t("mailbox.fromNow")} hint={t("mailbox.fromNowHint")} />
        {trial.trial !== null && <TrialSteps title={t("inboxes.receiving")} trial={trial.trial} />}
      </SettingsForm>
    </Page>
  );
}

type Values = Parameters<typeof serverInput>[0] & {
  inbox_id: string;
  folder: string;
  after: string;
  move_to: string;
  authserv_id: string;
};

function inputOf(values: Values) {
  const { inbox_id, folder, authserv_id } = values;
  const { user = "", ...server } = serverInput(values);
  return {
    inbox_id,
    ...server,
    user,
    folder,
    after: afterInput(values),
    authserv_id: authserv_id.trim() === "" ? null : authserv_id.trim(),
  };
}

function presetOf(provider: Provider, address: string) {
  const { imap } = serversFor(provider, address);
  return { host: imap.host, port: String(imap.port), security: imap.security, auth: provider.auth };
}

/** What the provider is known for, over what was there. */
function fill(form: { values: { user: string }; set(name: FilledName, value: never): void }, provider: Provider): void {
  const preset = {
    ...presetOf(provider, form.values.user),
    token_url: provider.tokenUrl,
    authserv_id: provider.authserv,
  };
  for (const [name, value] of Object.entries(preset)) form.set(name as FilledName, value as never);
}

type FilledName = "host" | "port" | "security" | "auth" | "token_url" | "authserv_id";
