import { RotateCcw } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "../i18n/t.ts";
import { Button } from "./button.tsx";

/** Nothing here: what it is for, and the next step. */
export function EmptyState({
  title,
  text,
  action,
  as: Title = "p",
}: {
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  /** A heading where the screen has no other. */
  as?: "p" | "h1";
}) {
  return (
    <div className="mx-auto flex max-w-sm flex-col items-center gap-2 px-6 py-16 text-center">
      <Title className="font-medium">{title}</Title>
      {text !== undefined && <p className="text-muted">{text}</p>}
      {action !== undefined && <div className="pt-2">{action}</div>}
    </div>
  );
}

/** What happened, that nothing is lost, and a way to try again. */
export function ErrorState({
  title,
  error,
  onRetry,
  as: Title = "p",
}: {
  title: string;
  error?: unknown;
  onRetry?: () => void;
  /** As above. */
  as?: "p" | "h1";
}) {
  return (
    <div role="alert" className="mx-auto flex max-w-sm flex-col items-center gap-2 px-6 py-16 text-center">
      <Title className="font-medium">{title}</Title>
      <p className="text-muted">
        {error instanceof Error && error.message !== "" ? error.message : t("error.unknown")}
      </p>
      {onRetry !== undefined && (
        <div className="pt-2">
          <Button icon={RotateCcw} onClick={onRetry}>
            {t("action.retry")}
          </Button>
        </div>
      )}
    </div>
  );
}
