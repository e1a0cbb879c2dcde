import type { ReactNode } from "react";
import { cx } from "../lib/class-names.ts";

export type Tone = "neutral" | "accent" | "good" | "warn" | "danger";

const TONES: Record<Tone, string> = {
  neutral: "text-muted",
  accent: "text-accent-ink",
  good: "text-good-ink",
  warn: "text-warn-ink",
  danger: "text-danger-ink",
};

/** A state in a word: open, snoozed, failed. */
export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={cx(
        "inline-flex h-5 items-center gap-1 rounded-sm border border-current/30 bg-current/5 px-1.5 text-xs font-medium whitespace-nowrap",
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}
