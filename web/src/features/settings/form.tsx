import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "../../i18n/t.ts";
import { Button, type ButtonKind } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import type { Form } from "./use-form.ts";

/** The fields, what is wrong with the whole of it, and the button, which says what became of it. */
export function SettingsForm<T extends object>({
  form,
  action,
  kind = "primary",
  beside,
  label,
  children,
}: {
  form: Form<T>;
  /** The verb; "Save" when absent. */
  action?: string;
  kind?: ButtonKind;
  /** More buttons, after the one that saves. */
  beside?: ReactNode;
  /** Names the form where a screen has several. */
  label?: string;
  children: ReactNode;
}) {
  return (
    <form noValidate onSubmit={form.onSubmit} aria-label={label} className="flex flex-col gap-4">
      {children}
      <FormErrors errors={form.errors} />
      <div className="flex flex-wrap items-center gap-2 pt-1">
        <Button type="submit" kind={kind} busy={form.busy}>
          {action ?? t("action.save")}
        </Button>
        {beside}
        <SaveState form={form} />
      </div>
    </form>
  );
}

export function FormErrors({ errors }: { errors: readonly string[] }) {
  if (errors.length === 0) return null;
  return (
    <div role="alert">
      <ul className="flex flex-col gap-1 text-sm text-danger-ink">
        {errors.map((error) => (
          <li key={error}>{error}</li>
        ))}
      </ul>
    </div>
  );
}

function SaveState<T extends object>({ form }: { form: Form<T> }) {
  if (form.saved) {
    return (
      <span className="flex items-center gap-1 px-1 text-sm text-good-ink">
        <Icon icon={Check} size={14} />
        {t("settings.saved")}
      </span>
    );
  }
  return form.dirty ? <span className="px-1 text-sm text-muted">{t("settings.unsaved")}</span> : null;
}
