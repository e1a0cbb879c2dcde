import { t } from "../i18n/t.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

/** Asks before what cannot be undone. What can be undone is not asked for: it is done, and offers to be undone. */
export function Confirm({
  open,
  title,
  text,
  action,
  busy = false,
  onConfirm,
  onClose,
}: {
  open: boolean;
  title: string;
  text: string;
  /** The verb: "Delete the inbox". */
  action: string;
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      description={text}
      size="small"
      actions={
        <>
          <Button data-autofocus onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button kind="danger" busy={busy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    />
  );
}
