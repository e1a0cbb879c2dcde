import type { Locator, Page } from "playwright-core";
import type { MessageRow } from "../../src/storage/schema.ts";
import type { TestDesk } from "./test-api.ts";
import { type PageOptions, type WebPage, appears, openPage } from "./web-desk.ts";

/** Adds what a customer wrote; `more` goes into the request. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests look into it and say what they expect
export async function customerWrites(desk: TestDesk, ticketId: string, body: string, more: object = {}): Promise<any> {
  const message = { type: "reply", direction: "in", from: "ruby@customers.example", body, ...more };
  return await add(desk, ticketId, message);
}

/** Adds an answer of Mary's. */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
export async function maryAnswers(desk: TestDesk, ticketId: string, body: string, more: object = {}): Promise<any> {
  const message = {
    type: "reply",
    direction: "out",
    to: "ruby@customers.example",
    user_id: desk.user.id,
    body,
    ...more,
  };
  return await add(desk, ticketId, message);
}

// oxlint-disable-next-line typescript/no-explicit-any -- as above
async function add(desk: TestDesk, ticketId: string, message: object): Promise<any> {
  const got = await desk.post(`/tickets/${ticketId}/messages`, message);
  if (got.status !== 201) throw new Error(`the message was refused: ${got.text}`);
  return got.body;
}

/** Hands in a mail as it came. Returns where it is. */
export async function mailArrives(desk: TestDesk, raw: string): Promise<{ ticketId: string; messageId: string }> {
  const type = { "Content-Type": "message/rfc822" };
  const got = await desk.ask("POST", "/mail?inbox=help@desk.example", raw.replaceAll(/\r?\n/g, "\r\n"), type);
  if (got.status !== 202) throw new Error(`the mail was refused: ${got.text}`);
  const { ticket_id, message_id } = got.body as { ticket_id: string; message_id: string };
  return { ticketId: ticket_id, messageId: message_id };
}

/** Writes into a message what no request can: how its delivery went, who vouched for its sender. */
export async function setMessage(desk: TestDesk, id: string, changes: Partial<MessageRow>): Promise<void> {
  await desk.server.storage.db.transact(async (tx) => {
    await tx.query
      .updateTable("messages")
      .set(changes)
      .where("account_id", "=", desk.account.id)
      .where("id", "=", id)
      .execute();
  });
}

/** Opens a ticket and waits until it can be read. */
export async function openTicket(desk: TestDesk, ticketId: string, options: PageOptions = {}): Promise<WebPage> {
  const opened = await openPage(desk, { at: `/inbox/all/t/${ticketId}`, ...options });
  await appears(conversation(opened.page));
  return opened;
}

export function conversation(page: Page): Locator {
  return page.getByRole("region", { name: "Conversation" });
}

/** A message by who wrote it, as its name says. */
export function messageBy(page: Page, name: string | RegExp): Locator {
  return conversation(page).getByRole("article", { name });
}
