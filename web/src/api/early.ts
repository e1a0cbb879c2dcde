import type { TicketPage } from "./queries/ticket-page.ts";

/** What `early/` asked for and has drawn before this code was there. */
interface Early {
  url: string;
  page: Promise<TicketPage>;
}

const page = globalThis as { cantripList?: Early };

export function keepEarly(early: Early): void {
  page.cantripList = early;
}

/** The answer to this very request, once; null when it was not asked for, or not to be had. */
export async function takeEarly(url: string): Promise<TicketPage | null> {
  const early = page.cantripList;
  if (early?.url !== url) return null;
  delete page.cantripList;
  return await early.page.catch(() => null);
}
