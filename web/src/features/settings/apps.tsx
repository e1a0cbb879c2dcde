import { useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { useState } from "react";
import { type App, appsQuery, installApp, revokeApp } from "../../api/queries/account.ts";
import { useChange } from "../../api/use-change.ts";
import { relativeTime } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Icon } from "../../ui/icon.tsx";
import { TextField } from "./fields.tsx";
import { SettingsForm } from "./form.tsx";
import { LinkDialog } from "./link-dialog.tsx";
import { Loaded } from "./loaded.tsx";
import { Item, Items, Nothing, Page, Part } from "./page.tsx";
import { useForm } from "./use-form.ts";

/** The installations of the API app: each with a token of its own, which is shown once. */
export function Apps() {
  const query = useQuery(appsQuery);
  const [installed, setInstalled] = useState<App | null>(null);
  return (
    <Page
      title={t("settings.apps")}
      about={t("apps.about")}
      action={
        <a
          href="/docs"
          target="_blank"
          rel="noreferrer"
          className="inline-flex items-center gap-1.5 font-medium text-accent-ink underline"
        >
          {t("apps.docs")}
          <Icon icon={ExternalLink} size={14} />
        </a>
      }
    >
      <Install onInstalled={setInstalled} />
      <Part title={t("apps.installed")}>
        <Loaded query={query}>{(apps) => <AppList apps={apps} />}</Loaded>
      </Part>
      {installed !== null && (
        <LinkDialog
          title={t("apps.tokenTitle", { name: installed.name })}
          text={t("apps.tokenText")}
          label={t("apps.token")}
          link={installed.token ?? ""}
          onClose={() => setInstalled(null)}
        />
      )}
    </Page>
  );
}

function Install({ onInstalled }: { onInstalled: (app: App) => void }) {
  const form = useForm({
    initial: { name: "" },
    always: true,
    save: async ({ name }) => onInstalled(await installApp(name)),
    done: t("apps.done"),
  });
  return (
    <SettingsForm form={form} label={t("apps.install")} action={t("apps.install")}>
      <TextField form={form} name="name" label={t("settings.name")} hint={t("apps.nameHint")} />
    </SettingsForm>
  );
}

function AppList({ apps }: { apps: readonly App[] }) {
  const [revoking, setRevoking] = useState<App | null>(null);
  const change = useChange({
    send: async ({ id }: App) => await revokeApp(id),
    done: ({ name }) => ({ text: t("apps.revokedDone", { name }) }),
    failed: t("apps.notRevoked"),
  });
  if (apps.length === 0) return <Nothing>{t("apps.none")}</Nothing>;
  const sorted = apps.toSorted((a, b) => Number(a.revoked_at !== null) - Number(b.revoked_at !== null));
  return (
    <>
      <Items label={t("apps.installed")}>
        {sorted.map((app) => (
          <Item
            key={app.id}
            title={app.name}
            detail={detailOf(app)}
            after={
              app.revoked_at === null ? (
                <Button
                  size="small"
                  onClick={() => setRevoking(app)}
                  aria-label={t("apps.revokeName", { name: app.name })}
                >
                  {t("apps.revoke")}
                </Button>
              ) : (
                <Badge>{t("apps.revoked")}</Badge>
              )
            }
          />
        ))}
      </Items>
      {revoking !== null && (
        <Confirm
          open
          title={t("apps.revokeName", { name: revoking.name })}
          text={t("apps.revokeText")}
          action={t("apps.revoke")}
          onClose={() => setRevoking(null)}
          onConfirm={() => {
            change.run(revoking);
            setRevoking(null);
          }}
        />
      )}
    </>
  );
}

function detailOf({ created_at, last_used_at, revoked_at }: App): string {
  const made = t("apps.created", { when: relativeTime(created_at) });
  if (revoked_at !== null) return `${made} · ${t("apps.revokedAt", { when: relativeTime(revoked_at) })}`;
  return `${made} · ${last_used_at === null ? t("apps.neverUsed") : t("apps.used", { when: relativeTime(last_used_at) })}`;
}
