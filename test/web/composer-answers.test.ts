import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { addPerson, appears, disappears } from "../support/web-desk.ts";
import {
  begin,
  conversation,
  fromRuby,
  messagesOf,
  openAnsweringDesk,
  openTicket,
  text,
  ticketOfRuby,
  until,
} from "./answering.ts";

inChromium("an answer", () => {
  test("goes to the customer as it was written, and undone it is in the composer again", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket);
    await begin(page, "r");
    await appears(page.getByRole("list", { name: "To" }).getByText("Ruby Miller"));
    await page.keyboard.type("Both are on their ");
    await page.keyboard.press("Control+b");
    await page.keyboard.type("way");
    await expectAccessible(page);
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("Sent", { exact: true }), conversation(page).getByText("Going out"));
    await disappears(text(page));
    const [, sent] = await messagesOf(desk, ticket);
    expect(sent).toMatchObject({
      direction: "out",
      to: "Ruby Miller <ruby@example.com>",
      cc: null,
      body: "<p>Both are on their <strong>way</strong></p>",
      htmlized: true,
    });
    await page.getByRole("button", { name: "Undo" }).click();
    await appears(text(page).getByText("Both are on their way"));
    expect(await messagesOf(desk, ticket)).toHaveLength(1);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await appears(page.getByText("Sent", { exact: true }));
    expect(await messagesOf(desk, ticket)).toHaveLength(2);
  });

  test("closes the ticket when it is sent so, and the next one opens; undone it is open again", async () => {
    const desk = await openAnsweringDesk();
    const other = await ticketOfRuby(desk, { subject: "The other one" });
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket);
    await begin(page, "r");
    await page.keyboard.type("Done");
    await page.keyboard.press("Control+Shift+Enter");
    await appears(page.getByText("Sent, and the ticket closed"));
    await page.waitForURL(new RegExp(other.id));
    await until(async () => (await desk.get(`/tickets/${ticket.id}`)).body.state === "closed", "it is closed");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForURL(new RegExp(ticket.id));
    await appears(text(page).getByText("Done"));
    await until(async () => (await desk.get(`/tickets/${ticket.id}`)).body.state === "open", "it is open");
    expect(await messagesOf(desk, ticket)).toHaveLength(1);
  });

  test("to all goes to those who usually get a copy, and to whoever is added by name", async () => {
    const desk = await openAnsweringDesk();
    const dan = { first_name: "Danielle", last_name: "Roe", contacts: [{ type: "email", value: "dani@roe.example" }] };
    await desk.post("/customers", dan);
    const ticket = await ticketOfRuby(desk, { reply_cc: "boss@example.com" });
    const { page } = await openTicket(desk, ticket);
    await begin(page, "a");
    await appears(page.getByRole("list", { name: "Cc" }).getByText("boss@example.com"));
    await page.getByRole("button", { name: "Add Bcc" }).click();
    const bcc = page.getByRole("combobox", { name: "Bcc" });
    await bcc.pressSequentially("daniel");
    await appears(page.getByRole("option", { name: /Danielle Roe/ }));
    await page.keyboard.press("Enter");
    await appears(page.getByRole("list", { name: "Bcc" }).getByText("Danielle Roe"));
    await bcc.pressSequentially("nobody");
    await text(page).click();
    await appears(page.getByText("“nobody” is no mail address"));
    await bcc.fill("");
    await text(page).click();
    await page.keyboard.type("Hello all");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await appears(page.getByText("Sent", { exact: true }));
    const [, sent] = await messagesOf(desk, ticket);
    expect(sent).toMatchObject({ cc: "boss@example.com", bcc: "Danielle Roe <dani@roe.example>" });
  });

  test("is not sent empty, to nobody, or by who may only read", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket);
    await begin(page, "r");
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("Nothing is written yet."));
    await page.keyboard.type("Hello");
    await page.getByRole("button", { name: "Remove Ruby Miller" }).click();
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("Say whom it goes to."));
    expect(await messagesOf(desk, ticket)).toHaveLength(1);
    const reader = await openTicket(desk, ticket, { as: { role: "read_only" } });
    await reader.page.keyboard.press("r");
    // What opened on it would be there by then.
    await reader.page.waitForTimeout(1500);
    expect(await reader.page.getByRole("button", { name: "Reply", exact: true }).count()).toBe(0);
    expect(await text(reader.page).count()).toBe(0);
  });

  test("is held back when the customer wrote meanwhile; what they wrote is shown, and it can be sent anyway", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket, { allow: [/412/] });
    await begin(page, "r");
    await page.keyboard.type("They will arrive tomorrow");
    await desk.post(`/tickets/${ticket.id}/messages`, fromRuby("Never mind, they are here!"));
    await appears(page.getByText("Ruby Miller wrote while you were writing."));
    await page.keyboard.press("Control+Enter");
    const held = page.getByRole("alertdialog");
    await appears(held.getByText("Not sent: this came while you were writing."));
    await appears(held.getByText("Never mind, they are here!"));
    expect(await messagesOf(desk, ticket)).toHaveLength(2);
    await expectAccessible(page);
    await held.getByRole("button", { name: "Send anyway" }).click();
    await appears(page.getByText("Sent", { exact: true }));
    expect(await messagesOf(desk, ticket)).toHaveLength(3);
  });

  test("is not held back by a change that says nothing to the customer", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket, { allow: [/412/] });
    await begin(page, "r");
    await page.keyboard.type("They will arrive tomorrow");
    await desk.patch(`/tickets/${ticket.id}`, { user_id: desk.user.id });
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("Sent", { exact: true }));
  });

  test("goes out later when a time is said, shows when, and can be taken back until then", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket);
    await begin(page, "r");
    await page.keyboard.type("Good morning");
    // Before the list opens, which covers a part of the recipients for as long as it is there.
    await expectAccessible(page);
    await page.getByRole("button", { name: "Send later" }).click();
    await appears(page.getByRole("option", { name: /Tomorrow morning/ }));
    await page
      .getByPlaceholder(/tomorrow 9am/)
      .and(page.locator(":focus"))
      .waitFor();
    await page.keyboard.type("in 3 days 10:30");
    await page.keyboard.press("Enter");
    await appears(page.getByRole("region", { name: "Messages" }).getByText(/^Goes out /));
    const [, sent] = await messagesOf(desk, ticket);
    expect(new Date(String(sent?.["send_at"])).getUTCMinutes()).toBe(30);
    await appears(conversation(page).getByText(/Goes out .*10:30/));
    await conversation(page).getByRole("button", { name: "Take back" }).click();
    await appears(text(page).getByText("Good morning"));
    expect(await messagesOf(desk, ticket)).toHaveLength(1);
  });

  test("shows a colleague that somebody is replying", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const ben = await addPerson(desk, "Ben Okafor");
    const first = await openTicket(desk, ticket, { as: { user: ben } });
    const second = await openTicket(desk, ticket);
    await begin(second.page, "r");
    await second.page.keyboard.type("I am at it");
    await begin(first.page, "r");
    await first.page.keyboard.type("Me too");
    await appears(second.page.getByText("Ben Okafor is answering this too"));
  });
});

inChromium("a forward", () => {
  test("sends the message on with what was added, its own subject, and nothing of the notes", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    await desk.post(`/tickets/${ticket.id}/messages`, { type: "note", body: "A secret", user_id: desk.user.id });
    const { page } = await openTicket(desk, ticket);
    await begin(page, "f");
    const to = page.getByRole("combobox", { name: "To" });
    await to.pressSequentially("lager@example.com,");
    await appears(page.getByRole("list", { name: "To" }).getByText("lager@example.com"));
    await appears(text(page, "Forward").getByText(/I ordered two lamps/));
    await text(page, "Forward").click({ position: { x: 5, y: 5 } });
    await page.keyboard.type("Please look");
    await expectAccessible(page);
    await page.getByRole("button", { name: "Forward", exact: true }).last().click();
    await appears(page.getByText("Forwarded", { exact: true }));
    const [, , sent] = await messagesOf(desk, ticket);
    expect(sent).toMatchObject({ to: "lager@example.com", subject: "Fwd: Where is my order?", forward: true });
    expect(sent?.["body"]).toContain("<p>Please look</p>");
    expect(sent?.["body"]).toContain("From: Ruby Miller &lt;ruby@example.com&gt;");
    expect(sent?.["body"]).toContain("<blockquote><p>I ordered two lamps.</p></blockquote>");
    expect(sent?.["body"]).not.toContain("secret");
  });
});

inChromium("a forward that was only begun", () => {
  test("is no draft: neither the message nor its files are kept before a word is written", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket);
    const kept: string[] = [];
    page.on("request", (request) => {
      const isWrite = request.method() !== "GET" && request.url().includes("/draft");
      if (isWrite) kept.push(`${request.method()} ${request.url()}`);
    });
    await begin(page, "f");
    await appears(text(page, "Forward").getByText(/I ordered two lamps/));
    // Longer than a draft takes to be saved.
    await page.waitForTimeout(2500);
    expect(kept).toEqual([]);
    await text(page, "Forward").click({ position: { x: 5, y: 5 } });
    await page.keyboard.type("Look");
    await appears(page.getByText("Draft saved", { exact: true }));
    expect(kept).toHaveLength(1);
  });
});

inChromium("a note", () => {
  test("can be taken back for a while, and is in the composer again", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket);
    await begin(page, "n");
    await page.keyboard.type("Said too much");
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("Note added", { exact: true }));
    expect(await messagesOf(desk, ticket)).toHaveLength(2);
    await page.getByRole("button", { name: "Undo" }).click();
    await until(async () => (await messagesOf(desk, ticket)).length === 1, "it is gone");
    await appears(page.getByRole("textbox").getByText("Said too much"));
  });

  test("tells a colleague who is mentioned in it, and no customer", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const ben = await addPerson(desk, "Ben Okafor");
    const { page } = await openTicket(desk, ticket);
    await begin(page, "n");
    await page.keyboard.type("Can you look, @ben");
    await appears(page.getByRole("listbox", { name: "Colleagues" }).getByRole("option", { name: /Ben Okafor/ }));
    await page.keyboard.press("Enter");
    await page.keyboard.type("please?");
    await expectAccessible(page);
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("Note added"));
    const [, note] = await messagesOf(desk, ticket);
    expect(note).toMatchObject({ type: "note", htmlized: true });
    expect(note?.["body"]).toBe(`<p>Can you look, <span data-user-id="${ben.id}">@Ben Okafor</span> please?</p>`);
    const mentioned = await desk.signIn({ user: ben });
    expect((await mentioned.get("/tickets?mentioned=true")).body).toMatchObject([{ id: ticket.id }]);
  });

  test("and an answer begun beside it keep to themselves", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket);
    await begin(page, "r");
    await page.keyboard.type("For Ruby");
    await page.getByRole("button", { name: "Reply", exact: true }).click();
    await page.getByRole("menuitem", { name: "Add a note" }).click();
    await appears(text(page, "Note"));
    await page.keyboard.type("For us");
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+z");
    expect(await text(page, "Note").textContent()).not.toContain("For Ruby");
    await page.keyboard.type("Only for us");
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("Note added"));
    await page.getByRole("button", { name: "Go on writing" }).click();
    expect(await text(page).textContent()).toBe("For Ruby");
    const [, note] = await messagesOf(desk, ticket);
    expect(note?.["body"]).toBe("<p>Only for us</p>");
  });
});
