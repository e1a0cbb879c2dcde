import { readKept, writeKept } from "./kept.ts";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "theme";

export function chosenTheme(): Theme {
  const kept = readKept(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** Shows a theme at once and keeps it for this browser; `public/theme.js` reads it before the next first paint. */
export function chooseTheme(theme: Theme): void {
  writeKept(KEY, theme === "system" ? null : theme);
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** What is shown now: for frames, which have a document of their own. */
export function shownTheme(): "light" | "dark" {
  const theme = chosenTheme();
  if (theme !== "system") return theme;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
