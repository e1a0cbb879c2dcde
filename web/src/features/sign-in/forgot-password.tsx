import { useState } from "react";
import { askForReset } from "../../api/queries/session.ts";
import { t } from "../../i18n/t.ts";
import { Button } from "../../ui/button.tsx";
import { FormField, Input } from "../../ui/field.tsx";
import { FormErrors } from "./form-errors.tsx";
import { useForm } from "./use-form.ts";

/** Asks for a link to choose a new password. It never says whether anybody has the address. */
export function ForgotPassword({ email, onBack }: { email: string; onBack: () => void }) {
  const [sent, setSent] = useState(false);
  const { busy, errors, onSubmit } = useForm(async (text) => {
    await askForReset(text("email"));
    setSent(true);
  });
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      {sent ? (
        <p role="status">{t("signIn.resetSent")}</p>
      ) : (
        <>
          <p className="text-muted">{t("signIn.forgotText")}</p>
          <FormField label={t("signIn.email")}>
            <Input name="email" type="email" required autoComplete="username" defaultValue={email} />
          </FormField>
          <FormErrors errors={errors} />
          <Button type="submit" kind="primary" busy={busy}>
            {t("signIn.sendLink")}
          </Button>
        </>
      )}
      <Button kind="quiet" onClick={onBack}>
        {t("signIn.back")}
      </Button>
    </form>
  );
}
