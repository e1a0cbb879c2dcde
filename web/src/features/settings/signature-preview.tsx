import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { signaturePreviewQuery } from "../../api/queries/inbox-settings.ts";
import { t } from "../../i18n/t.ts";
import { SafeHtml } from "./safe-html.tsx";
import { wordsOf } from "./use-form.ts";
import { useSettled } from "./use-settled.ts";

/** How a signature looks under a mail from an inbox, while it is written. */
export function SignaturePreview({
  inboxId,
  texts,
}: {
  inboxId: string;
  texts: { signature?: string; user_signature?: string };
}) {
  const settled = useSettled(JSON.stringify(texts), 300);
  const preview = useQuery({
    ...signaturePreviewQuery(inboxId, JSON.parse(settled) as typeof texts),
    placeholderData: keepPreviousData,
  });
  return (
    <section aria-label={t("signature.preview")} className="rounded border border-line bg-ground-ours px-3 py-2.5">
      <p className="pb-1 text-xs font-medium text-muted">{t("signature.preview")}</p>
      {preview.isError ? (
        <p className="text-sm text-danger-ink">{wordsOf(preview.error)[0]}</p>
      ) : preview.data === undefined || preview.data.html === "" ? (
        <p className="text-muted">{t("signature.none")}</p>
      ) : (
        <SafeHtml html={preview.data.html} />
      )}
    </section>
  );
}
