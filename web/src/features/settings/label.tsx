import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useId, useState } from "react";
import { addLabel, changeLabel, deleteLabel, labelUseQuery } from "../../api/queries/labels.ts";
import type { Label } from "../../api/types.ts";
import { useChange } from "../../api/use-change.ts";
import { type MessageKey, t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { useGo } from "../../lib/use-go.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Icon } from "../../ui/icon.tsx";
import { LabelChip } from "../../ui/label-chip.tsx";
import { TextField } from "./fields.tsx";
import { SettingsForm } from "./form.tsx";
import { ButtonLink, Page, Part } from "./page.tsx";
import { useForm } from "./use-form.ts";

/** The palette of the API; each works on light and dark grounds. */
const COLORS = ["gray", "red", "orange", "amber", "green", "teal", "blue", "indigo", "purple", "pink"] as const;
const BACK = { to: "/settings/labels" };

export function NewLabel() {
  const go = useGo();
  const form = useForm({
    initial: { name: "", color: "gray" },
    always: true,
    save: async (label) => {
      await addLabel(label);
      go.to(BACK.to);
    },
    done: t("labels.created"),
  });
  return (
    <Page title={t("labels.create")} back={{ ...BACK, label: t("settings.labels") }}>
      <SettingsForm
        form={form}
        action={t("labels.create")}
        beside={<ButtonLink to={BACK.to}>{t("action.cancel")}</ButtonLink>}
      >
        <LabelFields form={form} />
      </SettingsForm>
    </Page>
  );
}

export function LabelPage({ label }: { label: Label }) {
  const form = useForm({
    initial: { name: label.name, color: label.color },
    save: async (_values, changed) => await changeLabel(label.id, changed),
  });
  return (
    <Page title={label.name} back={{ ...BACK, label: t("settings.labels") }}>
      <SettingsForm form={form}>
        <LabelFields form={form} />
      </SettingsForm>
      <DeleteLabel label={label} />
    </Page>
  );
}

function LabelFields({ form }: { form: ReturnType<typeof useForm<{ name: string; color: string }>> }) {
  const { name, color } = form.values;
  return (
    <>
      <TextField form={form} name="name" label={t("settings.name")} />
      <ColorField value={color} onChange={(chosen) => form.set("color", chosen)} />
      {name.trim() !== "" && (
        <p className="flex items-center gap-2 text-sm text-muted">
          {t("labels.looks")} <LabelChip name={name} color={color} />
        </p>
      )}
    </>
  );
}

/** A colour by its name: the dot alone would say nothing to who does not see it. */
function ColorField({ value, onChange }: { value: string; onChange: (color: string) => void }) {
  const group = useId();
  return (
    <fieldset>
      <legend className="pb-1 text-sm font-medium">{t("label.color")}</legend>
      <div className="flex flex-wrap gap-1.5">
        {COLORS.map((color) => (
          <label
            key={color}
            className={cx(
              "flex h-8 items-center gap-2 rounded border px-2.5 text-sm has-focus-visible:outline-2 has-focus-visible:outline-focus pointer-coarse:h-11",
              color === value ? "border-accent bg-ground-selected font-medium" : "border-line hover:bg-ground-hover",
            )}
          >
            <input
              type="radio"
              name={group}
              value={color}
              checked={color === value}
              onChange={() => onChange(color)}
              className="sr-only"
            />
            <span aria-hidden className={`label-dot size-2.5 rounded-full label-${color}`} />
            {t(`label.color.${color}` as MessageKey)}
            {color === value && <Icon icon={Check} size={14} />}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function DeleteLabel({ label }: { label: Label }) {
  const go = useGo();
  const [asking, setAsking] = useState(false);
  const { data: count } = useQuery(labelUseQuery(label.id));
  const change = useChange({
    send: async () => await deleteLabel(label.id),
    done: () => ({ text: t("labels.deleted", { name: label.name }) }),
    failed: t("labels.notDeleted"),
  });
  return (
    <Part
      title={t("labels.delete")}
      {...(count !== undefined && { about: t("labels.onTickets", { count }) })}
      action={<Button onClick={() => setAsking(true)}>{t("labels.delete")}</Button>}
    >
      <Confirm
        open={asking}
        title={t("labels.deleteName", { name: label.name })}
        text={t("labels.deleteText", { count: count ?? 0 })}
        action={t("labels.delete")}
        busy={change.running}
        onClose={() => setAsking(false)}
        onConfirm={() => change.run(undefined, { onSuccess: () => go.to(BACK.to), onSettled: () => setAsking(false) })}
      />
    </Part>
  );
}
