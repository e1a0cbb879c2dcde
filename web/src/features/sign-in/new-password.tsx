import { t } from "../../i18n/t.ts";
import { FormField, Input } from "../../ui/field.tsx";

/** A new password, as the server wants it. */
export function NewPassword({ label }: { label: string }) {
  return (
    <FormField label={label} hint={t("signIn.passwordHint")}>
      <Input name="password" type="password" required minLength={10} autoComplete="new-password" />
    </FormField>
  );
}
