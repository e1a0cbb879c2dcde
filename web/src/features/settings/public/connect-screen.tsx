import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { type InboxSettings, inboxSettingsQuery } from "../../../api/queries/inbox-settings.ts";
import type { Trial } from "../../../api/queries/mail-settings.ts";
import { sessionQuery } from "../../../api/queries/session.ts";
import { t } from "../../../i18n/t.ts";
import { announce } from "../../../lib/announce.ts";
import { useGo } from "../../../lib/use-go.ts";
import { useTitle } from "../../../lib/use-title.ts";
import { Button } from "../../../ui/button.tsx";
import { ConnectFields } from "../connect-fields.tsx";
import { type ConnectValues, type Kept, keepBoth, tryBoth } from "../connect-mailbox.ts";
import { FormErrors } from "../form.tsx";
import { Loaded } from "../loaded.tsx";
import { TrialSteps } from "../trial-steps.tsx";
import { useForm } from "../use-form.ts";

/** The last step of the first run: the mailbox that customers write to, with a try of both directions. It can be skipped. */
export function ConnectScreen() {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const query = useQuery(inboxSettingsQuery);
  useTitle(t("connect.title"));
  return (
    <main className="flex h-full flex-col overflow-y-auto bg-ground-low px-4">
      <div className="m-auto w-full max-w-120 py-10">
        <img src="/icons/icon.svg" alt="" width={40} height={40} className="mb-4" />
        <h1 className="pb-2 text-xl font-semibold">{t("connect.title")}</h1>
        <p className="pb-6 text-muted">{t("connect.about", { name: session.account.name })}</p>
        <Loaded query={query}>
          {(inboxes) => {
            const inbox = inboxes.at(-1);
            return inbox === undefined ? <Skip /> : <Connect inbox={inbox} sendTo={session.user.email} />;
          }}
        </Loaded>
      </div>
    </main>
  );
}

const EMPTY: ConnectValues = {
  address: "",
  provider: "other",
  user: "",
  password: "",
  auth: "password",
  imap_host: "",
  imap_port: "993",
  imap_security: "tls",
  smtp_host: "",
  smtp_port: "587",
  smtp_security: "starttls",
  token_url: "",
  client_id: "",
  client_secret: "",
  refresh_token: "",
  from_now: true,
  authserv_id: "",
};

/** Names of the API's that two fields share: the first of them says it. */
const FIELDS = {
  host: "imap_host",
  port: "imap_port",
  security: "smtp_security",
  from: "address",
  oauth: "refresh_token",
  "oauth.token_url": "token_url",
  "oauth.client_id": "client_id",
  "oauth.refresh_token": "refresh_token",
} as const;

function Connect({ inbox, sendTo }: { inbox: InboxSettings; sendTo: string }) {
  const go = useGo();
  const kept = useRef<Kept>({});
  const [trials, setTrials] = useState<{ receiving: Trial; sending: Trial } | null>(null);
  const form = useForm<ConnectValues>({
    initial: EMPTY,
    // Without a secret the API asks for a password, whose field is not there for OAuth.
    fields: ({ auth }) => (auth === "oauth" ? { ...FIELDS, password: "refresh_token" } : FIELDS),
    always: true,
    save: async (values) => {
      setTrials(null);
      const found = await tryBoth(values, inbox, sendTo);
      setTrials(found);
      if (!found.receiving.ok || !found.sending.ok) throw new Error(t("connect.failed"));
      await keepBoth(values, inbox, kept.current);
      announce(t("connect.done"));
      go.to("/");
    },
    done: t("connect.done"),
  });
  return (
    <form noValidate onSubmit={form.onSubmit} className="flex flex-col gap-4">
      <ConnectFields form={form} />
      {trials !== null && <TrialSteps title={t("inboxes.receiving")} trial={trials.receiving} />}
      {trials !== null && <TrialSteps title={t("inboxes.sending")} trial={trials.sending} />}
      <FormErrors errors={form.errors} />
      <p className="text-sm text-muted">{t("connect.test", { address: sendTo })}</p>
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" kind="primary" busy={form.busy}>
          {t(form.busy ? "trial.running" : "connect.action")}
        </Button>
        <Skip />
      </div>
    </form>
  );
}

function Skip() {
  return (
    <Link to="/" className="rounded px-1 font-medium text-accent-ink underline pointer-coarse:py-3">
      {t("connect.skip")}
    </Link>
  );
}
