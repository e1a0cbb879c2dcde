import type { ErrorComponentProps } from "@tanstack/react-router";
import { Link, useRouter } from "@tanstack/react-router";
import { statusOf } from "../api/errors.ts";
import { t } from "../i18n/t.ts";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";

export function NotFoundScreen() {
  return (
    <main className="h-full overflow-y-auto">
      <EmptyState
        as="h1"
        title={t("screen.notFound")}
        text={t("screen.notFoundText")}
        action={
          <Link to="/" className="font-medium text-accent-ink underline">
            {t("screen.toInbox")}
          </Link>
        }
      />
    </main>
  );
}

/** For what one's role does not allow. */
export function NoPermissionScreen() {
  return <EmptyState title={t("screen.noPermission")} text={t("screen.noPermissionText")} />;
}

/** The boundary of a screen or pane: what is beside it goes on working. */
export function ScreenError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const status = statusOf(error);
  if (status === 403) return <NoPermissionScreen />;
  const retry = (): void => {
    reset();
    void router.invalidate();
  };
  return (
    <ErrorState title={status === 404 ? t("screen.notFound") : t("screen.failed")} error={error} onRetry={retry} />
  );
}

export function ScreenPending() {
  return <SkeletonRows label={t("state.loading")} />;
}
