import { readKept, writeKept } from "./kept.ts";
import { createStore, useStore } from "./store.ts";
import { useMedia } from "./use-media.ts";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "theme";

const theme = createStore<Theme>(keptTheme());

function keptTheme(): Theme {
  const kept = readKept(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function chosenTheme(): Theme {
  return theme.get();
}

/** Shows a theme at once and keeps it for this browser; `public/start.js` reads it before the next first paint. */
export function chooseTheme(chosen: Theme): void {
  writeKept(KEY, chosen === "system" ? null : chosen);
  if (chosen === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
  theme.set(chosen);
}

/** What is shown now: for frames, which have a document of their own. */
export function useShownTheme(): "light" | "dark" {
  const chosen = useStore(theme);
  const prefersDark = useMedia("(prefers-color-scheme: dark)");
  if (chosen !== "system") return chosen;
  return prefersDark ? "dark" : "light";
}
