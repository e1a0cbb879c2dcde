import { useState } from "react";
import { ApiError } from "../../api/errors.ts";
import { queryClient } from "../../api/query-client.ts";
import { createLabel, labelsQuery } from "../../api/queries/folders.ts";
import type { Label } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FormField, Input } from "../../ui/field.tsx";
import { LabelDot } from "../../ui/label-chip.tsx";

const COLORS = ["gray", "red", "orange", "amber", "green", "teal", "blue", "indigo", "purple", "pink"] as const;

/** Makes a label: its name, and one of the ten colours. */
export function LabelDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (label: Label) => void }) {
  const [name, setName] = useState("");
  const [color, setColor] = useState<string>("blue");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    if (name.trim() === "") {
      setError(t("label.nameMissing"));
      return;
    }
    setBusy(true);
    try {
      const label = await createLabel({ name: name.trim(), color });
      await queryClient.invalidateQueries({ queryKey: labelsQuery.queryKey });
      onCreated(label);
    } catch (failure) {
      setError(failure instanceof ApiError ? (failure.errors[0] ?? failure.message) : t("error.unknown"));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      size="small"
      title={t("label.create")}
      actions={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" form="new-label" busy={busy}>
            {t("label.make")}
          </Button>
        </>
      }
    >
      <form
        id="new-label"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <FormField label={t("label.name")} error={error}>
          <Input
            data-autofocus
            dir="auto"
            maxLength={200}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </FormField>
        <fieldset>
          <legend className="pb-1 text-sm font-medium">{t("label.color")}</legend>
          <div className="flex flex-wrap gap-1">
            {COLORS.map((each) => (
              <label
                key={each}
                className="grid size-9 cursor-default place-items-center rounded border border-transparent has-checked:border-text has-focus-visible:outline-2 has-focus-visible:outline-focus pointer-coarse:size-11"
              >
                <input
                  type="radio"
                  name="color"
                  value={each}
                  checked={each === color}
                  onChange={() => setColor(each)}
                  className="sr-only"
                  aria-label={t(`label.color.${each}`)}
                />
                <LabelDot color={each} className="size-4" />
              </label>
            ))}
          </div>
        </fieldset>
      </form>
    </Dialog>
  );
}
