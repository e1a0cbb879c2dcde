import { useQuery } from "@tanstack/react-query";
import { Eye, PenLine } from "lucide-react";
import { presence } from "../../api/live.ts";
import { userName } from "../../api/names.ts";
import { usersQuery } from "../../api/queries/folders.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import type { Id } from "../../api/types.ts";
import { formatList } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { useStore } from "../../lib/store.ts";
import { Icon } from "../../ui/icon.tsx";

const NOBODY: readonly never[] = [];

/** Which colleagues look at this ticket, and who of them is answering it. */
export function WhoIsHere({ ticketId }: { ticketId: Id }) {
  const here = useStore(presence).get(ticketId) ?? NOBODY;
  const { data: users = NOBODY } = useQuery(usersQuery);
  const { data: session } = useQuery(sessionQuery);
  const others = here.filter(({ id }) => id !== session?.user.id);
  const namesOf = (state: string): string[] =>
    others.flatMap((each) => {
      const user = users.find(({ id }) => id === each.id);
      return each.state === state && user !== undefined ? [userName(user)] : [];
    });
  const replying = namesOf("replying");
  const viewing = namesOf("viewing");
  return (
    <span role="status" className="contents print:hidden">
      {replying.length > 0 && (
        <span className="inline-flex items-center gap-1 rounded-sm bg-ground-note px-1.5 text-xs font-medium text-warn-ink">
          <Icon icon={PenLine} size={14} />
          {t("presence.replying", { count: replying.length, names: formatList(replying) })}
        </span>
      )}
      {viewing.length > 0 && (
        <span className="inline-flex items-center gap-1 text-xs text-muted">
          <Icon icon={Eye} size={14} />
          {t("presence.viewing", { count: viewing.length, names: formatList(viewing) })}
        </span>
      )}
    </span>
  );
}
