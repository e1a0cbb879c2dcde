import { useState } from "react";
import type { Trial } from "../../api/queries/mail-settings.ts";
import { t } from "../../i18n/t.ts";
import { announce } from "../../lib/announce.ts";
import { Button } from "../../ui/button.tsx";

/** A try that runs when it is asked for, and what it found last. `fail` shows why it could not be tried at all. */
export function useTrial(run: () => Promise<Trial>, fail: (error: unknown) => void) {
  const [trial, setTrial] = useState<Trial | null>(null);
  const [busy, setBusy] = useState(false);
  const start = async (): Promise<Trial | null> => {
    setBusy(true);
    setTrial(null);
    try {
      const found = await run();
      setTrial(found);
      announce(t(found.ok ? "trial.allWorks" : "trial.oneFails"));
      return found;
    } catch (error) {
      fail(error);
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { trial, busy, start };
}

export function TryButton({ trial: { busy, start } }: { trial: ReturnType<typeof useTrial> }) {
  return (
    <Button busy={busy} onClick={() => void start()}>
      {t(busy ? "trial.running" : "trial.start")}
    </Button>
  );
}
