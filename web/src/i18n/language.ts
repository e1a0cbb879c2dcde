import { readKept } from "../lib/kept.ts";
import { setLanguage } from "./t.ts";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

let language: Language = "en";

/** The one that texts are loaded in. */
export function currentLanguage(): Language {
  return language;
}

/** The language chosen in this browser, else the first one that the browser prefers and we have. */
export function preferredLanguage(): Language {
  const wanted = [readKept("language"), ...navigator.languages].map((each) => each?.slice(0, 2));
  return wanted.find((each): each is Language => each !== undefined && each in LANGUAGES) ?? "en";
}

export function startLanguage(): void {
  language = preferredLanguage();
  // Dates and numbers as the reader's region writes them, where it speaks this language.
  setLanguage(navigator.languages.find((each) => each.slice(0, 2) === language) ?? language);
  document.documentElement.lang = language;
}
