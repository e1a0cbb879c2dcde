import { t } from "../../i18n/t.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "./fields.tsx";
import { FormErrors } from "./form.tsx";
import { useForm } from "./use-form.ts";

/** Asks who is signed in for their password, before what whoever finds the screen unlocked must not do. */
export function PasswordDialog({
  title,
  text,
  action,
  hasPassword,
  danger = true,
  onConfirm,
  onClose,
}: {
  title: string;
  text: string;
  action: string;
  /** Who signs in by a passkey alone has none to give. */
  hasPassword: boolean;
  danger?: boolean;
  onConfirm: (password: string | undefined) => Promise<void>;
  onClose: () => void;
}) {
  const form = useForm({
    initial: { password: "" },
    always: true,
    save: async ({ password }) => {
      await onConfirm(hasPassword ? password : undefined);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={text}
      size="small"
      actions={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind={danger ? "danger" : "primary"} type="submit" form="confirm-password" busy={form.busy}>
            {action}
          </Button>
        </>
      }
    >
      <form id="confirm-password" noValidate onSubmit={form.onSubmit} className="flex flex-col gap-3">
        {hasPassword && (
          <TextField
            form={form}
            name="password"
            type="password"
            label={t("profile.currentPassword")}
            autoComplete="current-password"
            data-autofocus
          />
        )}
        <FormErrors errors={form.errors} />
      </form>
    </Dialog>
  );
}
