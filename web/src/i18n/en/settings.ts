import type { Messages } from "../plural.ts";

/** The settings. Loaded with them. */
export const settings = {
  "settings.title": "Settings",
  "settings.theme": "Theme",
  "settings.language": "Language",
  "theme.system": "As the system",
  "theme.light": "Light",
  "theme.dark": "Dark",
} as const satisfies Messages;
