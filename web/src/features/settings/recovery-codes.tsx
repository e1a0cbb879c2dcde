import { t } from "../../i18n/t.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

/** Codes to keep on paper. They are shown this once, so the dialog says what it is to close it. */
export function RecoveryCodes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("security.recoveryTitle")}
      description={t("security.recoveryText")}
      actions={
        <>
          <SaveCodes codes={codes} />
          <Button kind="primary" onClick={onClose}>
            {t("security.recoveryKept")}
          </Button>
        </>
      }
    >
      <ol
        aria-label={t("security.recoveryTitle")}
        className="grid grid-cols-2 gap-x-6 gap-y-1 rounded border border-line bg-ground-low p-3 font-mono"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
    </Dialog>
  );
}

/** As a file: the browser makes it itself, so the codes go nowhere else. */
function SaveCodes({ codes }: { codes: readonly string[] }) {
  const href = `data:text/plain;charset=utf-8,${encodeURIComponent(`${codes.join("\n")}\n`)}`;
  return (
    <a
      href={href}
      download="cantrip-recovery-codes.txt"
      className="inline-flex h-8 items-center rounded border border-edge bg-ground-float px-3 font-medium hover:bg-ground-hover pointer-coarse:min-h-11"
    >
      {t("security.recoverySave")}
    </a>
  );
}
