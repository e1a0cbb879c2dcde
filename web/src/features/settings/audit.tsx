import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type AuditEntry, auditQuery } from "../../api/queries/account.ts";
import { usersQuery } from "../../api/queries/folders.ts";
import { userName } from "../../api/names.ts";
import type { User } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { FormField, Select } from "../../ui/field.tsx";
import { Time } from "../../ui/time.tsx";
import { AUDIT_THINGS, actionWords, detailWords } from "./audit-words.ts";
import { Pages } from "./pages.tsx";
import { Nothing, Page } from "./page.tsx";

/** Who did what to the settings. */
export function Audit() {
  const [action, setAction] = useState("");
  const [userId, setUserId] = useState("");
  const query = useInfiniteQuery(auditQuery({ action, userId }));
  const { data: users = [] } = useQuery(usersQuery);
  return (
    <Page title={t("settings.audit")} about={t("audit.about")}>
      <div className="grid gap-4 medium:grid-cols-2">
        <FormField label={t("audit.what")}>
          <Select value={action} onChange={(event) => setAction(event.target.value)}>
            <option value="">{t("audit.everything")}</option>
            {AUDIT_THINGS.map(([thing, words]) => (
              <option key={thing} value={thing}>
                {t(words)}
              </option>
            ))}
          </Select>
        </FormField>
        <FormField label={t("audit.who")}>
          <Select value={userId} onChange={(event) => setUserId(event.target.value)}>
            <option value="">{t("audit.everybody")}</option>
            {users.map((user) => (
              <option key={user.id} value={user.id}>
                {userName(user)}
              </option>
            ))}
          </Select>
        </FormField>
      </div>
      <Pages query={query}>
        {(entries) =>
          entries.length === 0 ? (
            <Nothing>{t("audit.none")}</Nothing>
          ) : (
            <ol aria-label={t("settings.audit")} className="flex flex-col">
              {entries.map((entry) => (
                <Entry key={entry.id} entry={entry} users={users} />
              ))}
            </ol>
          )
        }
      </Pages>
    </Page>
  );
}

function Entry({ entry, users }: { entry: AuditEntry; users: readonly User[] }) {
  const { user_id, token_id, address, created_at } = entry;
  const user = users.find(({ id }) => id === user_id);
  const who =
    user !== undefined ? userName(user) : token_id !== null ? t("audit.app") : address === null ? t("audit.cli") : "";
  const details = detailWords(entry, users);
  return (
    <li className="flex flex-col gap-0.5 border-b border-line py-2.5 last:border-b-0">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p dir="auto" className="min-w-0 text-start wrap-anywhere">
          <span className="font-medium">{who || t("audit.somebody")}</span>
          {" · "}
          {actionWords(entry.action)}
        </p>
        <Time at={created_at} className="shrink-0 text-sm text-muted tabular-nums" />
      </div>
      {(details !== "" || address !== null) && (
        <p dir="auto" className="text-start text-sm text-muted wrap-anywhere">
          {[details, address].filter(Boolean).join(" · ")}
        </p>
      )}
    </li>
  );
}
