import { readKept, writeKept } from "../lib/kept.ts";
import type { Messages } from "./plural.ts";
import { addMessages, setLanguage } from "./t.ts";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

/** Texts that come with the first load, and those that come with their screens. */
export type Area = "frame" | "tickets" | "ticket" | "composer" | "customers" | "settings" | "mailSettings" | "signIn";

type Load = () => Promise<Record<string, Messages>>;

const FILES: Record<Language, Record<Area, Load>> = {
  en: {
    frame: async () => await import("./en/frame.ts"),
    tickets: async () => await import("./en/tickets.ts"),
    ticket: async () => await import("./en/ticket.ts"),
    composer: async () => await import("./en/composer.ts"),
    customers: async () => await import("./en/customers.ts"),
    settings: async () => await import("./en/settings.ts"),
    mailSettings: async () => await import("./en/mail-settings.ts"),
    signIn: async () => await import("./en/sign-in.ts"),
  },
  de: {
    frame: async () => await import("./de/frame.ts"),
    tickets: async () => await import("./de/tickets.ts"),
    ticket: async () => await import("./de/ticket.ts"),
    composer: async () => await import("./de/composer.ts"),
    customers: async () => await import("./de/customers.ts"),
    settings: async () => await import("./de/settings.ts"),
    mailSettings: async () => await import("./de/mail-settings.ts"),
    signIn: async () => await import("./de/sign-in.ts"),
  },
};

let language: Language = "en";
const loaded = new Map<Area, Promise<void>>();

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

/** Loads the texts of these areas once. A screen's route waits for it; see `withTexts` in `app/`. */
export async function loadTexts(...areas: readonly Area[]): Promise<void> {
  await Promise.all(
    areas.map(async (area) => {
      const load = loaded.get(area) ?? loadArea(area);
      loaded.set(area, load);
      await load;
    }),
  );
}

async function loadArea(area: Area): Promise<void> {
  for (const messages of Object.values(await FILES[language][area]())) addMessages(messages);
}

/** Keeps another language and starts over in it: every text, date and number changes. */
export function chooseLanguage(chosen: Language): void {
  writeKept("language", chosen);
  location.reload();
}
