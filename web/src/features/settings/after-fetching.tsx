import { t } from "../../i18n/t.ts";
import { SelectField, TextField } from "./fields.tsx";
import type { Form } from "./use-form.ts";

/** What becomes of a message in the mailbox once it was taken. */
export interface AfterValues {
  after: string;
  move_to: string;
}

export function afterValues(after: string): AfterValues {
  return after.startsWith("move:") ? { after: "move", move_to: after.slice(5) } : { after, move_to: "" };
}

/** As the API takes it. */
export function afterInput({ after, move_to }: AfterValues): string {
  return after === "move" ? `move:${move_to.trim()}` : after;
}

export function AfterFields<T extends AfterValues>({ form: given }: { form: Form<T> }) {
  const form = given as unknown as Form<AfterValues>;
  return (
    <div className="grid gap-4 medium:grid-cols-2">
      <SelectField
        form={form}
        name="after"
        label={t("mailbox.after")}
        options={[
          ["leave", t("mailbox.leave")],
          ["seen", t("mailbox.seen")],
          ["move", t("mailbox.move")],
        ]}
      />
      {form.values.after === "move" && <TextField form={form} name="move_to" label={t("mailbox.moveTo")} />}
    </div>
  );
}
