import { t } from "../../i18n/t.ts";
import { toastSaid } from "../../lib/toasts.ts";

/** Puts the ticket's address into the clipboard, or one of its messages'. */
export async function copyLink(messageId?: string): Promise<void> {
  const url = new URL(location.href);
  if (messageId !== undefined) url.searchParams.set("message", messageId);
  else url.searchParams.delete("message");
  try {
    await navigator.clipboard.writeText(url.href);
    toastSaid(t("ticket.linkCopied"));
  } catch {
    toastSaid(t("ticket.copyFailed"));
  }
}
