import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SquarePen } from "lucide-react";
import { draftsQuery } from "../../api/queries/drafts.ts";
import { t } from "../../i18n/t.ts";
import type { Place } from "../../lib/places.ts";
import { Icon } from "../../ui/icon.tsx";
import { Time } from "../../ui/time.tsx";

/** Whether one is writing a new ticket: then a list of drafts without rows is not empty. */
export function useHasFreeDrafts(place: Place): boolean {
  const isHere = place.kind === "folder" && place.folder === "drafts";
  const { data: drafts } = useQuery({ ...draftsQuery, enabled: isHere });
  return isHere && (drafts?.length ?? 0) > 0;
}

/** New tickets that are being written: no ticket yet, so the list of drafts does not have them. */
export function FreeDrafts() {
  const { data: drafts = [] } = useQuery(draftsQuery);
  if (drafts.length === 0) return null;
  return (
    <section aria-label={t("drafts.new")} className="max-h-60 shrink-0 overflow-y-auto border-b border-line">
      <ul>
        {drafts.map(({ id, subject, to, updated_at }) => (
          <li key={id}>
            <Link
              to="/new"
              search={{ draft: id }}
              className="flex h-12 items-center gap-3 px-4 text-sm hover:bg-ground-hover focus-visible:-outline-offset-2"
            >
              <Icon icon={SquarePen} className="shrink-0 text-muted" />
              <span className="min-w-0 flex-1">
                <span dir="auto" className="block truncate">
                  {subject ?? t("drafts.noSubject")}
                </span>
                <span dir="auto" className="block truncate text-xs text-muted">
                  {to ?? t("drafts.nobody")}
                </span>
              </span>
              <Time at={updated_at} short className="shrink-0 text-xs text-muted tabular-nums" />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
