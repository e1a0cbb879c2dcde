import { useStore } from "../../lib/store.ts";
import { connection } from "../../api/connection.ts";
import { type MessageKey, t } from "../../i18n/t.ts";
import type { DraftKeeper, Saved } from "./draft-keeper.ts";

const WORDS: Readonly<Record<Saved, MessageKey | null>> = {
  nothing: null,
  unsaved: "composer.saving",
  saving: "composer.saving",
  saved: "composer.saved",
  failed: "composer.notSaved",
};

/** Whether what is written is safe. */
export function SavedMark({ keeper }: { keeper: DraftKeeper }) {
  const { saved } = useStore(keeper.store);
  const offline = useStore(connection) === "offline";
  const isUnsafe = saved === "failed" || (offline && saved === "unsaved");
  const key = offline && saved !== "saved" && saved !== "nothing" ? "composer.notSavedOffline" : WORDS[saved];
  return (
    <span role="status" className={isUnsafe ? "px-1 text-sm text-danger-ink" : "px-1 text-xs text-muted"}>
      {key === null ? "" : t(key)}
    </span>
  );
}
