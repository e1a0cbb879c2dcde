import { t } from "../../i18n/t.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { CopyField } from "./copy-field.tsx";

/** Something that is shown this once: a link to join, a token. */
export function LinkDialog({
  title,
  text,
  label,
  link,
  onClose,
}: {
  title: string;
  text: string;
  label: string;
  link: string;
  onClose: () => void;
}) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={text}
      actions={
        <Button kind="primary" onClick={onClose}>
          {t("settings.done")}
        </Button>
      }
    >
      <CopyField label={label} value={link} hint={t("settings.shownOnce")} />
    </Dialog>
  );
}
