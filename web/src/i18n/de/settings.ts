import type { settings as english } from "../en/settings.ts";
import type { Translated } from "../plural.ts";

export const settings: Translated<typeof english> = {
  "settings.title": "Einstellungen",
  "settings.theme": "Farben",
  "settings.language": "Sprache",
  "theme.system": "Wie das System",
  "theme.light": "Hell",
  "theme.dark": "Dunkel",
};
