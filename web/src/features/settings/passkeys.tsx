import { useQuery } from "@tanstack/react-query";
import { KeyRound, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import {
  type Passkey,
  addPasskey,
  newPasskeyOptions,
  passkeysQuery,
  refreshSecurity,
  removePasskey,
  renamePasskey,
} from "../../api/queries/me.ts";
import { useChange } from "../../api/use-change.ts";
import { relativeTime } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { deviceName } from "./device-name.ts";
import { TextField } from "./fields.tsx";
import { FormErrors } from "./form.tsx";
import { Loaded } from "./loaded.tsx";
import { Item, Items, Part } from "./page.tsx";
import { useForm } from "./use-form.ts";

/** Whether this browser makes passkeys, which it does for host names and secure pages only. */
function canMake(): boolean {
  return typeof PublicKeyCredential === "function" && "parseCreationOptionsFromJSON" in PublicKeyCredential;
}

export function Passkeys({ onCodes }: { onCodes: (codes: readonly string[] | null) => void }) {
  const query = useQuery(passkeysQuery);
  const [open, setOpen] = useState<"new" | { rename: Passkey } | { remove: Passkey } | null>(null);
  const close = (): void => setOpen(null);
  const removal = useChange({
    send: async ({ id }: Passkey) => {
      await removePasskey(id);
      await refreshSecurity();
    },
    done: ({ name }) => ({ text: t("security.passkeyRemoved", { name }) }),
    failed: t("security.passkeyNotRemoved"),
  });
  return (
    <Part
      title={t("security.passkeys")}
      about={canMake() ? t("security.passkeysAbout") : t("security.noPasskeys")}
      action={canMake() && <Button onClick={() => setOpen("new")}>{t("security.addPasskey")}</Button>}
    >
      <Loaded query={query}>
        {(passkeys) =>
          passkeys.length === 0 ? null : (
            <Items label={t("security.passkeys")}>
              {passkeys.map((passkey) => (
                <Item
                  key={passkey.id}
                  before={<Icon icon={KeyRound} className="text-muted" />}
                  title={passkey.name}
                  detail={usesOf(passkey)}
                  after={
                    <>
                      <IconButton
                        icon={Pencil}
                        label={t("security.renamePasskey", { name: passkey.name })}
                        onClick={() => setOpen({ rename: passkey })}
                      />
                      <IconButton
                        icon={Trash2}
                        label={t("security.removePasskey", { name: passkey.name })}
                        onClick={() => setOpen({ remove: passkey })}
                      />
                    </>
                  }
                />
              ))}
            </Items>
          )
        }
      </Loaded>
      {open === "new" && <NameDialog onClose={close} onNamed={async (name) => onCodes(await makePasskey(name))} />}
      {open !== null && open !== "new" && "rename" in open && (
        <NameDialog
          passkey={open.rename}
          onClose={close}
          onNamed={async (name) => await renamePasskey(open.rename.id, name)}
        />
      )}
      {open !== null && open !== "new" && "remove" in open && (
        <Confirm
          open
          title={t("security.removePasskey", { name: open.remove.name })}
          text={t("security.removePasskeyText")}
          action={t("security.remove")}
          onClose={close}
          onConfirm={() => {
            removal.run(open.remove);
            close();
          }}
        />
      )}
    </Part>
  );
}

function usesOf({ created_at, last_used_at }: Passkey): string {
  const added = t("security.added", { when: relativeTime(created_at) });
  return last_used_at === null ? added : `${added} · ${t("security.used", { when: relativeTime(last_used_at) })}`;
}

/** Has the browser make one. Recovery codes come with the first second factor. */
async function makePasskey(name: string): Promise<readonly string[] | null> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await newPasskeyOptions());
  const made = await navigator.credentials.create({ publicKey }).catch(() => null);
  if (!(made instanceof PublicKeyCredential)) throw new Error(t("security.passkeyFailed"));
  const { recovery_codes = null } = await addPasskey(name, made.toJSON());
  return recovery_codes;
}

function NameDialog({
  passkey,
  onNamed,
  onClose,
}: {
  passkey?: Passkey;
  onNamed: (name: string) => Promise<void>;
  onClose: () => void;
}) {
  const form = useForm({
    initial: { name: passkey?.name ?? deviceName(navigator.userAgent) },
    always: true,
    save: async ({ name }) => {
      await onNamed(name.trim());
      await refreshSecurity();
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      size="small"
      title={passkey === undefined ? t("security.addPasskey") : t("security.renamePasskey", { name: passkey.name })}
      {...(passkey === undefined && { description: t("security.addPasskeyText") })}
      actions={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" form="passkey" busy={form.busy}>
            {passkey === undefined ? t("security.goOn") : t("action.save")}
          </Button>
        </>
      }
    >
      <form id="passkey" noValidate onSubmit={form.onSubmit} className="flex flex-col gap-3">
        <TextField form={form} name="name" label={t("settings.name")} data-autofocus />
        <FormErrors errors={form.errors} />
      </form>
    </Dialog>
  );
}
