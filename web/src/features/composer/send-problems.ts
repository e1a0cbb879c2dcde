import { isOffline } from "../../api/connection.ts";
import { t } from "../../i18n/t.ts";
import { isEmpty } from "./content.ts";
import type { Desk } from "./keepers.ts";

/** Why it cannot be sent now, in plain words; null when it can. Nothing is queued: a person sends it again. */
export function whyNotYet({ keeper, uploads }: Desk): string | null {
  const { content } = keeper;
  if (isOffline()) return t("composer.offlineSend");
  if (keeper.store.get().other !== null) return t("composer.conflictFirst");
  if (content.kind !== "note" && content.to.length === 0) return t("composer.noRecipient");
  if (isEmpty(content)) return t("composer.nothingWritten");
  const failed = uploads.store.get().find(({ error }) => error !== null);
  if (failed !== undefined) return t("composer.fileFailed", { name: failed.name });
  return uploads.isBusy ? t("composer.stillUploading") : null;
}
