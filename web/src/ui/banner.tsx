import type { ReactNode } from "react";
import { cx } from "../lib/class-names.ts";

const TONES = {
  info: "bg-ground-selected text-text",
  warn: "bg-ground-note text-text",
  danger: "bg-danger text-on-accent",
};

/** Something that holds for the whole screen: no connection, a ticket that has moved on. */
export function Banner({
  tone = "info",
  action,
  children,
}: {
  tone?: keyof typeof TONES;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div role="status" className={cx("flex min-h-9 items-center gap-3 px-4 py-1.5 text-sm", TONES[tone])}>
      <p className="min-w-0 flex-1">{children}</p>
      {action}
    </div>
  );
}
