import { queryOptions, useQuery } from "@tanstack/react-query";
import { get } from "../../api/client.ts";
import type { Id } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";

function signatureQuery(inboxId: Id, userId: Id) {
  return queryOptions({
    queryKey: ["inboxes", inboxId, "signature", userId],
    queryFn: async ({ signal }) =>
      await get<{ text: string }>(`/inboxes/${inboxId}/signature-preview`, { user_id: userId }, signal),
    staleTime: 60_000,
  });
}

/** What goes out below the text, as text: it is not part of the draft, so that it cannot be sent twice. */
export function SignaturePreview({ inboxId, userId }: { inboxId: Id; userId: Id }) {
  const { data } = useQuery(signatureQuery(inboxId, userId));
  const text = data?.text.trim() ?? "";
  if (text === "") return null;
  return (
    <div role="note" aria-label={t("composer.signature")} className="pt-3 text-sm text-muted">
      <hr className="mb-2 w-8 border-edge" />
      <p dir="auto" className="max-h-24 overflow-y-auto whitespace-pre-line">
        {text}
      </p>
    </div>
  );
}
