import { useState } from "react";
import { beginTotp, confirmTotp, refreshSecurity, removeTotp, renewRecoveryCodes } from "../../api/queries/me.ts";
import type { Session } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { toastDone, toastFailed } from "../../lib/toasts.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyField } from "./copy-field.tsx";
import { TextField } from "./fields.tsx";
import { SettingsForm } from "./form.tsx";
import { Part } from "./page.tsx";
import { PasswordDialog } from "./password-dialog.tsx";
import { QrPicture } from "./qr-picture.tsx";
import { useForm } from "./use-form.ts";

/** An authenticator app as the second factor: the code to scan, and a first code of the app that puts it into force. */
export function Totp({ user, onCodes }: { user: Session["user"]; onCodes: (codes: readonly string[] | null) => void }) {
  const [secret, setSecret] = useState<{ secret: string; uri: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const [removing, setRemoving] = useState(false);
  const begin = async (): Promise<void> => {
    setBusy(true);
    await beginTotp().then(setSecret, (error: unknown) => toastFailed(t("security.totpFailed"), error));
    setBusy(false);
  };
  const done = async (codes: readonly string[] | null): Promise<void> => {
    setSecret(null);
    onCodes(codes);
    toastDone(t("security.totpOn"));
    await refreshSecurity();
  };
  const action = user.totp ? (
    <Button onClick={() => setRemoving(true)}>{t("security.turnOff")}</Button>
  ) : secret === null ? (
    <Button busy={busy} onClick={() => void begin()}>
      {t("security.setUp")}
    </Button>
  ) : undefined;
  return (
    <Part title={t("security.totp")} about={t("security.totpAbout")} action={action}>
      {user.totp && (
        <p>
          <Badge tone="good">{t("security.on")}</Badge>
        </p>
      )}
      {secret !== null && !user.totp && <SetUp {...secret} onDone={done} onCancel={() => setSecret(null)} />}
      {removing && (
        <PasswordDialog
          title={t("security.totpRemove")}
          text={t("security.totpRemoveText")}
          action={t("security.turnOff")}
          hasPassword={user.has_password}
          onConfirm={async (password) => {
            await removeTotp(password);
            await refreshSecurity();
          }}
          onClose={() => setRemoving(false)}
        />
      )}
    </Part>
  );
}

function SetUp({
  secret,
  uri,
  onDone,
  onCancel,
}: {
  secret: string;
  uri: string;
  onDone: (codes: readonly string[] | null) => Promise<void>;
  onCancel: () => void;
}) {
  const form = useForm({
    initial: { code: "" },
    fields: { totp: "code" },
    always: true,
    save: async ({ code }) => await onDone(await confirmTotp(code.replace(/\s/g, ""))),
    done: t("security.totpOn"),
  });
  return (
    <div className="flex flex-col gap-4 medium:flex-row">
      <QrPicture text={uri} label={t("security.qr")} />
      <div className="flex min-w-0 flex-1 flex-col gap-4">
        <p>{t("security.scan")}</p>
        <CopyField label={t("security.secret")} value={secret} hint={t("security.secretHint")} />
        <SettingsForm
          form={form}
          label={t("security.totp")}
          action={t("security.turnOn")}
          beside={<Button onClick={onCancel}>{t("action.cancel")}</Button>}
        >
          <TextField
            form={form}
            name="code"
            label={t("security.code")}
            hint={t("security.codeHint")}
            inputMode="numeric"
            autoComplete="one-time-code"
          />
        </SettingsForm>
      </div>
    </div>
  );
}

/** How many codes are left, and new ones in their place. */
export function RecoveryPart({
  user,
  onCodes,
}: {
  user: Session["user"];
  onCodes: (codes: readonly string[] | null) => void;
}) {
  const [renewing, setRenewing] = useState(false);
  if (!user.totp && user.passkeys === 0) return null;
  return (
    <Part
      title={t("security.recovery")}
      about={t("security.recoveryLeft", { count: user.recovery_codes })}
      action={<Button onClick={() => setRenewing(true)}>{t("security.renew")}</Button>}
    >
      {renewing && (
        <PasswordDialog
          title={t("security.renew")}
          text={t("security.renewText")}
          action={t("security.renewAction")}
          danger={false}
          hasPassword={user.has_password}
          onConfirm={async (password) => {
            onCodes(await renewRecoveryCodes(password));
            await refreshSecurity();
          }}
          onClose={() => setRenewing(false)}
        />
      )}
    </Part>
  );
}
