import { useState } from "react";
import { createSavedReply } from "../../api/queries/saved-replies.ts";
import { useChange } from "../../api/use-change.ts";
import { t } from "../../i18n/t.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Checkbox, FormField, Input } from "../../ui/field.tsx";

/** Keeps what was written for other answers. */
export function SaveReplyDialog({ body, onClose }: { body: string; onClose: () => void }) {
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const change = useChange({
    send: async () => await createSavedReply({ name: name.trim(), body, htmlized: true, shared }),
    done: () => ({ text: t("composer.replySaved", { name: name.trim() }) }),
    failed: t("composer.replyNotSaved"),
    stale: [["saved-replies"]],
  });
  const save = (): void => {
    if (name.trim() !== "") change.run(undefined, { onSuccess: onClose });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("composer.saveReply")}
      description={t("composer.saveReplyText")}
      size="small"
      actions={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" busy={change.running} disabled={name.trim() === ""} onClick={save}>
            {t("action.save")}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <FormField label={t("composer.replyName")}>
          <Input data-autofocus value={name} maxLength={200} onChange={(event) => setName(event.currentTarget.value)} />
        </FormField>
        <Checkbox
          label={t("composer.shareReply")}
          checked={shared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
      </form>
    </Dialog>
  );
}
