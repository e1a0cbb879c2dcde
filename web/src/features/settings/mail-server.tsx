import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type InboxSettings, inboxSettingsQuery } from "../../api/queries/inbox-settings.ts";
import {
  type Transport,
  addTransport,
  changeTransport,
  removeTransport,
  transportsQuery,
  tryTransport,
} from "../../api/queries/mail-settings.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import { useChange } from "../../api/use-change.ts";
import { t } from "../../i18n/t.ts";
import { useGo } from "../../lib/use-go.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { SelectField, TextField } from "./fields.tsx";
import { SettingsForm } from "./form.tsx";
import { Loaded } from "./loaded.tsx";
import { ButtonLink, Page, Part } from "./page.tsx";
import { PROVIDERS, guessProvider, providerOf, serversFor } from "./providers.ts";
import type { SectionProps } from "./section-screens.tsx";
import { NO_SECRETS, PlaceFields, SignInFields, serverFields, serverInput } from "./server-fields.tsx";
import { TrialSteps } from "./trial-steps.tsx";
import { TryButton, useTrial } from "./try-server.tsx";
import { inboxBack, useAskedInbox } from "./use-asked-inbox.ts";
import { useForm } from "./use-form.ts";

/** The mail server that takes what an inbox sends, or all that have none of their own. */
export function MailServerPage({ itemId = "new" }: SectionProps) {
  const query = useQuery(transportsQuery);
  const { data: inboxes = [] } = useQuery(inboxSettingsQuery);
  const asked = useAskedInbox();
  if (itemId === "new") return <ServerForm transport={null} inbox={asked} key={asked?.id ?? ""} />;
  return (
    <Loaded query={query}>
      {(transports) => {
        const transport = transports.find(({ id }) => id === itemId);
        if (transport === undefined) return <EmptyState title={t("screen.notFound")} text={t("screen.notFoundText")} />;
        return <ServerForm transport={transport} inbox={inboxes.find(({ id }) => id === transport.inbox_id)} />;
      }}
    </Loaded>
  );
}

function ServerForm({ transport, inbox }: { transport: Transport | null; inbox: InboxSettings | undefined }) {
  const go = useGo();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const back = inboxBack(inbox, t("settings.inboxes"));
  const guessed = guessProvider(transport?.host ?? inbox?.address ?? "");
  const { smtp } = serversFor(guessed, inbox?.address ?? "");
  const form = useForm({
    initial: {
      provider: guessed.id,
      host: transport?.host ?? smtp.host,
      port: String(transport?.port ?? smtp.port),
      security: transport?.security ?? smtp.security,
      auth: authOf(transport) ?? guessed.auth,
      user: transport === null ? (inbox?.address ?? "") : (transport.user ?? ""),
      ...NO_SECRETS,
      token_url: guessed.tokenUrl,
      send_to: session.user.email,
    },
    fields: serverFields,
    always: transport === null,
    aside: ["send_to", "provider"],
    save: async ({ provider: _provider, send_to: _sendTo, ...values }) => {
      const input = serverInput(values);
      if (transport === null) {
        await addTransport({ ...input, inbox_id: inbox?.id ?? null });
        go.to(back.to);
      } else {
        await changeTransport(transport.id, { ...input, auth: values.auth === "oauth" ? "xoauth2" : values.auth });
      }
    },
    done: t("server.saved"),
  });
  const trial = useTrial(async () => {
    const { provider: _provider, send_to, ...values } = form.values;
    const input = serverInput(values);
    const kept = transport !== null && input.password === undefined && input.oauth === undefined;
    const target = kept ? { id: transport.id } : { ...input, inbox_id: inbox?.id ?? null };
    return await tryTransport({ ...target, send_to: send_to.trim() === "" ? null : send_to.trim() });
  }, form.fail);
  const provider = providerOf(form.values.provider);
  return (
    <Page
      title={transport === null ? t(inbox === undefined ? "server.add" : "server.addOwn") : transport.host}
      about={t(inbox === undefined ? "server.sharedAbout" : "server.ownAbout")}
      back={back}
    >
      <SettingsForm
        form={form}
        action={transport === null ? t("server.addAction") : t("action.save")}
        beside={
          <>
            <TryButton trial={trial} />
            {transport === null && <ButtonLink to={back.to}>{t("action.cancel")}</ButtonLink>}
          </>
        }
      >
        {transport === null && (
          <SelectField
            form={form}
            name="provider"
            label={t("provider.label")}
            hint={t(provider.hint)}
            options={PROVIDERS.map(({ id, label }) => [id, t(label)])}
            onChosen={(id) => {
              const chosen = providerOf(id);
              const server = serversFor(chosen, form.values.user).smtp;
              form.set("host", server.host);
              form.set("port", String(server.port));
              form.set("security", server.security);
              form.set("auth", chosen.auth);
              form.set("token_url", chosen.tokenUrl);
            }}
          />
        )}
        <PlaceFields form={form} kind="smtp" />
        <SignInFields form={form} kind="smtp" kept={transport !== null} />
        <TextField form={form} name="send_to" type="email" label={t("server.sendTo")} hint={t("server.sendToHint")} />
        {trial.trial !== null && <TrialSteps title={t("inboxes.sending")} trial={trial.trial} />}
      </SettingsForm>
      {transport !== null && <RemoveServer transport={transport} back={back.to} />}
    </Page>
  );
}

function authOf(transport: Transport | null): "password" | "oauth" | "none" | null {
  if (transport === null) return null;
  return transport.auth === "xoauth2" ? "oauth" : transport.auth;
}

function RemoveServer({ transport, back }: { transport: Transport; back: string }) {
  const go = useGo();
  const [asking, setAsking] = useState(false);
  const change = useChange({
    send: async () => await removeTransport(transport.id),
    done: () => ({ text: t("server.removed", { name: transport.host }) }),
    failed: t("server.notRemoved"),
  });
  return (
    <Part title={t("server.remove")} action={<Button onClick={() => setAsking(true)}>{t("server.remove")}</Button>}>
      <Confirm
        open={asking}
        title={t("server.removeName", { name: transport.host })}
        text={t("server.removeText")}
        action={t("server.remove")}
        busy={change.running}
        onClose={() => setAsking(false)}
        onConfirm={() => change.run(undefined, { onSuccess: () => go.to(back), onSettled: () => setAsking(false) })}
      />
    </Part>
  );
}
