import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { inboxesQuery } from "../../api/queries/folders.ts";
import { type Mailbox, changeMailbox, removeMailbox, tryMailbox } from "../../api/queries/mail-settings.ts";
import { useChange } from "../../api/use-change.ts";
import { t } from "../../i18n/t.ts";
import { useGo } from "../../lib/use-go.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Time } from "../../ui/time.tsx";
import { AfterFields, afterInput, afterValues } from "./after-fetching.tsx";
import { SelectField, TextField } from "./fields.tsx";
import { SettingsForm } from "./form.tsx";
import { Page, Part } from "./page.tsx";
import { NO_SECRETS, PlaceFields, SignInFields, serverFields, serverInput } from "./server-fields.tsx";
import { TrialSteps } from "./trial-steps.tsx";
import { TryButton, useTrial } from "./try-server.tsx";
import { inboxBack } from "./use-asked-inbox.ts";
import { useForm } from "./use-form.ts";

/** A mailbox that is fetched: how that goes, and what may change of it. Host, user and folder say which one it is. */
export function MailboxEdit({ mailbox }: { mailbox: Mailbox }) {
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  const inbox = inboxes.find(({ id }) => id === mailbox.inbox_id);
  const form = useForm({
    initial: {
      inbox_id: mailbox.inbox_id,
      host: mailbox.host,
      port: String(mailbox.port),
      security: mailbox.security,
      auth: mailbox.auth === "xoauth2" ? ("oauth" as const) : ("password" as const),
      user: mailbox.user,
      ...NO_SECRETS,
      ...afterValues(mailbox.after),
      authserv_id: mailbox.authserv_id ?? "",
    },
    fields: serverFields,
    save: async (values) => {
      const { host: _host, user: _user, ...server } = serverInput(values);
      await changeMailbox(mailbox.id, {
        ...server,
        inbox_id: values.inbox_id,
        after: afterInput(values),
        authserv_id: values.authserv_id.trim() === "" ? null : values.authserv_id.trim(),
      });
    },
  });
  const trial = useTrial(async () => {
    const { user = "", ...server } = serverInput(form.values);
    // What is kept is tried out as it is kept; with a new secret, what stands in the form.
    const given = server.password !== undefined || server.oauth !== undefined;
    return await tryMailbox(given ? { ...server, user, folder: mailbox.folder } : { id: mailbox.id });
  }, form.fail);
  return (
    <Page title={mailbox.user} back={inboxBack(inbox, t("settings.inboxes"))} action={<State mailbox={mailbox} />}>
      <Fetching mailbox={mailbox} />
      <SettingsForm form={form} label={mailbox.user} beside={<TryButton trial={trial} />}>
        <SelectField
          form={form}
          name="inbox_id"
          label={t("mailbox.into")}
          options={inboxes.map(({ id, name }) => [id, name])}
        />
        <PlaceFields form={form} kind="imap" fixed />
        <SignInFields form={form} kind="imap" fixed kept />
        <AfterFields form={form} />
        <TextField form={form} name="authserv_id" label={t("mailbox.authserv")} hint={t("mailbox.authservHint")} />
        {trial.trial !== null && <TrialSteps title={t("inboxes.receiving")} trial={trial.trial} />}
      </SettingsForm>
      <RemoveMailbox mailbox={mailbox} back={inboxBack(inbox, "").to} />
    </Page>
  );
}

function State({ mailbox }: { mailbox: Mailbox }) {
  return mailbox.last_error === null ? (
    <Badge tone="good">{t("mailbox.working")}</Badge>
  ) : (
    <Badge tone="danger">{t("mailbox.failing")}</Badge>
  );
}

/** When it was fetched last, what went wrong then, and when it is tried again. */
function Fetching({ mailbox }: { mailbox: Mailbox }) {
  const { last_error, last_fetched_at, next_try_at, folder } = mailbox;
  const fetchNow = useChange({
    send: async () => await changeMailbox(mailbox.id, {}),
    done: () => ({ text: t("mailbox.fetchingNow") }),
    failed: t("mailbox.notFetched"),
  });
  return (
    <div className="flex flex-wrap items-start justify-between gap-3 rounded border border-line bg-ground-low px-3 py-2.5">
      <div className="min-w-0 flex-1 basis-60">
        {last_error !== null && <p className="font-medium text-danger-ink wrap-anywhere">{last_error}</p>}
        <p className="text-sm text-muted">
          {t("mailbox.folderIs", { folder })}
          {" · "}
          {last_fetched_at === null ? t("mailbox.notYet") : t("mailbox.lastFetched")}{" "}
          {last_fetched_at !== null && <Time at={last_fetched_at} />}
        </p>
        {last_error !== null && next_try_at !== null && (
          <p className="text-sm text-muted">
            {t("mailbox.nextTry")} <Time at={next_try_at} />
          </p>
        )}
      </div>
      <Button size="small" busy={fetchNow.running} onClick={() => fetchNow.run(undefined)}>
        {t("mailbox.fetchNow")}
      </Button>
    </div>
  );
}

function RemoveMailbox({ mailbox, back }: { mailbox: Mailbox; back: string }) {
  const go = useGo();
  const [asking, setAsking] = useState(false);
  const change = useChange({
    send: async () => await removeMailbox(mailbox.id),
    done: () => ({ text: t("mailbox.removed", { name: mailbox.user }) }),
    failed: t("mailbox.notRemoved"),
  });
  return (
    <Part
      title={t("mailbox.remove")}
      about={t("mailbox.removeAbout")}
      action={<Button onClick={() => setAsking(true)}>{t("mailbox.remove")}</Button>}
    >
      <Confirm
        open={asking}
        title={t("mailbox.removeName", { name: mailbox.user })}
        text={t("mailbox.removeText")}
        action={t("mailbox.remove")}
        busy={change.running}
        onClose={() => setAsking(false)}
        onConfirm={() => change.run(undefined, { onSuccess: () => go.to(back), onSettled: () => setAsking(false) })}
      />
    </Part>
  );
}
