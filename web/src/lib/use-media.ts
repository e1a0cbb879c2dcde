import { useCallback, useSyncExternalStore } from "react";

/** Asking the browser anew at every drawing would cost more than most of what is drawn. */
const lists = new Map<string, MediaQueryList>();

function listOf(query: string): MediaQueryList {
  const list = lists.get(query) ?? matchMedia(query);
  lists.set(query, list);
  return list;
}

/** Whether a media query matches, followed as the window changes. */
export function useMedia(query: string): boolean {
  const list = listOf(query);
  const subscribe = useCallback(
    (changed: () => void) => {
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    [list],
  );
  return useSyncExternalStore(subscribe, () => list.matches);
}

export type Layout = "wide" | "medium" | "phone";

/** Wide: every pane side by side. Medium: list and ticket. Phone: one pane at a time. */
export function useLayout(): Layout {
  const wide = useMedia("(min-width: 1100px)");
  const medium = useMedia("(min-width: 720px)");
  return wide ? "wide" : medium ? "medium" : "phone";
}
