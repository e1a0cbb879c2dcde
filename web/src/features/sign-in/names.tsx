import { t } from "../../i18n/t.ts";
import { FormField, Input } from "../../ui/field.tsx";

/** First and last name, side by side. */
export function Names({ firstName, lastName }: { firstName?: string | null; lastName?: string | null }) {
  return (
    <div className="grid grid-cols-2 gap-3">
      <FormField label={t("signIn.firstName")}>
        <Input name="first_name" required autoComplete="given-name" defaultValue={firstName ?? ""} />
      </FormField>
      <FormField label={t("signIn.lastName")}>
        <Input name="last_name" autoComplete="family-name" defaultValue={lastName ?? ""} />
      </FormField>
    </div>
  );
}
