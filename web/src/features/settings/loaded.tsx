import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { t } from "../../i18n/t.ts";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { ErrorState } from "../../ui/states.tsx";

/** What was asked for, once it is there; until then its shape, or why it is not. What is known stays when asking again fails. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) {
    return <ErrorState title={t("part.failed")} error={query.error} onRetry={() => void query.refetch()} />;
  }
  return <SkeletonRows rows={4} label={t("state.loading")} />;
}
