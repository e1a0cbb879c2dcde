import { useSyncExternalStore } from "react";
import { relativeTime, shortTime } from "../i18n/format.ts";

/** One clock for all times on the screen: they move on together, once a minute. */
let minute = Math.floor(Date.now() / 60_000);
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    minute = Math.floor(Date.now() / 60_000);
    for (const each of listeners) each();
  }, 10_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** As people say it; the exact time when the pointer rests on it. `short` is for lists. */
export function Time({ at, short = false, className }: { at: string; short?: boolean; className?: string }) {
  useSyncExternalStore(subscribe, () => minute);
  return (
    // The exact time: see `TooltipLayer`.
    <time dateTime={at} data-tip="" className={className}>
      {short ? shortTime(at) : relativeTime(at)}
    </time>
  );
}
