import { writeKept } from "../lib/kept.ts";
import { type Language, currentLanguage } from "./language.ts";
import type { Messages } from "./plural.ts";
import { addMessages } from "./t.ts";

/** Texts that come with the first load, and those that come with their screens. */
export type Area = "frame" | "tickets" | "ticket" | "composer" | "customers" | "settings" | "mailSettings" | "signIn";

type Load = () => Promise<Record<string, Messages>>;

const FILES: Record<Language, Record<Area, Load>> = {
  en: {
    frame: async () => ({ ...(await import("./en/frame.ts")), ...(await import("./en/rows.ts")) }),
    tickets: async () => await import("./en/tickets.ts"),
    ticket: async () => await import("./en/ticket.ts"),
    composer: async () => await import("./en/composer.ts"),
    customers: async () => await import("./en/customers.ts"),
    settings: async () => await import("./en/settings.ts"),
    mailSettings: async () => await import("./en/mail-settings.ts"),
    signIn: async () => await import("./en/sign-in.ts"),
  },
  de: {
    frame: async () => ({ ...(await import("./de/frame.ts")), ...(await import("./de/rows.ts")) }),
    tickets: async () => await import("./de/tickets.ts"),
    ticket: async () => await import("./de/ticket.ts"),
    composer: async () => await import("./de/composer.ts"),
    customers: async () => await import("./de/customers.ts"),
    settings: async () => await import("./de/settings.ts"),
    mailSettings: async () => await import("./de/mail-settings.ts"),
    signIn: async () => await import("./de/sign-in.ts"),
  },
};

const loaded = new Map<Area, Promise<void>>();

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
  try {
    for (const messages of Object.values(await FILES[currentLanguage()][area]())) addMessages(messages);
  } catch (error) {
    // Whoever asks again, once the connection is back, gets them.
    loaded.delete(area);
    throw error;
  }
}

/** Keeps another language and starts over in it: every text, date and number changes. */
export function chooseLanguage(chosen: Language): void {
  writeKept("language", chosen);
  location.reload();
}
