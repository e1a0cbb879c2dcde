import type { Locator, Page } from "playwright-core";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { type PageOptions, type WebPage, appears, openPage } from "../support/web-desk.ts";
import { webServer } from "../support/web-server.ts";

/** Long enough for a slow machine to press Undo. */
const UNDO_SECONDS = 60;

export async function openAnsweringDesk(): Promise<TestDesk> {
  return await openDesk({ undo_seconds: UNDO_SECONDS }, await webServer());
}

const RUBY = { first_name: "Ruby", last_name: "Miller", contacts: [{ type: "email", value: "ruby@example.com" }] };

/** A ticket that Ruby Miller began with a mail. */
export async function ticketOfRuby(desk: TestDesk, more: object = {}): Promise<{ id: string; number: number }> {
  return await desk.ticket({ subject: "Where is my order?", customer: RUBY, messages: [fromRuby()], ...more });
}

export function fromRuby(body = "I ordered two lamps."): object {
  return { type: "reply", direction: "in", from: "Ruby Miller <ruby@example.com>", to: "help@desk.example", body };
}

/** Somebody has the ticket open. */
export async function openTicket(desk: TestDesk, ticket: { id: string }, options: PageOptions = {}): Promise<WebPage> {
  const opened = await openPage(desk, { at: `/inbox/unassigned/t/${ticket.id}`, ...options });
  await appears(conversation(opened.page).getByRole("article"));
  return opened;
}

export function conversation(page: Page): Locator {
  return page.getByRole("region", { name: "Conversation" });
}

/** Where one writes: the text of an answer, a note or a forward. */
export function text(page: Page, kind: "Reply" | "Note" | "Forward" | "Text" = "Reply"): Locator {
  return page.getByRole("textbox", { name: kind, exact: true });
}

/** Presses the key of a way to answer, and waits until one can write. */
export async function begin(page: Page, key: "r" | "a" | "f" | "n"): Promise<Locator> {
  const where = text(page, key === "n" ? "Note" : key === "f" ? "Forward" : "Reply");
  await appears(page.getByRole("button", { name: "Reply", exact: true }));
  await page.keyboard.press(key);
  await appears(where);
  return where;
}

/** What the server has of a ticket's messages, the oldest first. */
export async function messagesOf(desk: TestDesk, ticket: { id: string }): Promise<Record<string, unknown>[]> {
  const fields = "type,direction,to,cc,bcc,subject,body,htmlized,attachments,send_at,forward,delivery_state";
  return (await desk.get(`/tickets/${ticket.id}/messages?fields=${fields}`)).body as Record<string, unknown>[];
}

/** Waits until `holds` is true of what it asks for. */
export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 20_000;
  /* oxlint-disable no-await-in-loop -- it asks again until it is so */
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  /* oxlint-enable no-await-in-loop */
}
