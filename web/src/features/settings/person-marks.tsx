import { fullName } from "../../api/names.ts";
import type { Person } from "../../api/queries/people.ts";
import { t } from "../../i18n/t.ts";
import { Badge } from "../../ui/badge.tsx";
import { ROLE_WORDS } from "./roles.ts";

/** The role, and whether somebody is not (or not yet) here. */
export function PersonMarks({ person }: { person: Person }) {
  return (
    <span className="flex shrink-0 items-center gap-2">
      {person.disabled_at !== null && <Badge tone="danger">{t("people.disabled")}</Badge>}
      {person.invited && person.disabled_at === null && <Badge tone="warn">{t("people.invited")}</Badge>}
      <span className="text-sm text-muted">{t(ROLE_WORDS[person.role])}</span>
    </span>
  );
}

export function nameOf(person: Person): string {
  return fullName(person) || person.email;
}
