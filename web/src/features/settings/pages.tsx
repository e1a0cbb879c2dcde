import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { t } from "../../i18n/t.ts";
import { Button } from "../../ui/button.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { ErrorState } from "../../ui/states.tsx";

interface Chunk<T> {
  entries: T[];
  total: number;
}

/** A long list, with a button for what is further back and how much there is. */
export function Pages<T>({
  query,
  children,
}: {
  query: UseInfiniteQueryResult<InfiniteData<Chunk<T>>>;
  children: (entries: readonly T[]) => ReactNode;
}) {
  const { data } = query;
  if (data === undefined) {
    if (!query.isError) return <SkeletonRows rows={6} label={t("state.loading")} />;
    return <ErrorState title={t("part.failed")} error={query.error} onRetry={() => void query.refetch()} />;
  }
  const entries = data.pages.flatMap((page) => page.entries);
  const total = data.pages.at(-1)?.total ?? entries.length;
  return (
    <div className="flex flex-col gap-3">
      <p role="status" className={total === 0 ? "sr-only" : "text-sm text-muted"}>
        {t("settings.shown", { shown: entries.length, count: total })}
      </p>
      {children(entries)}
      {query.hasNextPage && (
        <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()} className="self-start">
          {t("settings.more")}
        </Button>
      )}
    </div>
  );
}
