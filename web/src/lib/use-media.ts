import { useSyncExternalStore } from "react";

/** Whether a media query matches, followed as the window changes. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => matchMedia(query).matches,
  );
}

export type Layout = "wide" | "medium" | "phone";

/** Wide: every pane side by side. Medium: list and ticket. Phone: one pane at a time. */
export function useLayout(): Layout {
  const wide = useMedia("(min-width: 1100px)");
  const medium = useMedia("(min-width: 720px)");
  return wide ? "wide" : medium ? "medium" : "phone";
}
