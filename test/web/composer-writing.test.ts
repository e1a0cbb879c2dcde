import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { appears, disappears, openPage } from "../support/web-desk.ts";
import { begin, messagesOf, openAnsweringDesk, openTicket, text, ticketOfRuby } from "./answering.ts";

inChromium("saved replies", () => {
  test("are found, filled in and sent without a mouse", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const writer = await desk.signIn();
    const body = "<p>Dear {{customer.first_name|customer}},</p><p>#{{ticket.number}} is on its way.</p>";
    await writer.post("/saved-replies", { name: "On its way", body, htmlized: true, shared: true });
    await writer.post("/saved-replies", { name: "Refund", body: "No", htmlized: false, shared: true });
    const { page } = await openTicket(desk, ticket);
    const where = await begin(page, "r");
    await page.keyboard.type("/");
    const list = page.getByRole("listbox", { name: "Saved replies" });
    await appears(list.getByRole("option", { name: /Refund/ }));
    await expectAccessible(page);
    await page.keyboard.type("way");
    await disappears(list.getByRole("option", { name: /Refund/ }));
    await page.keyboard.press("Enter");
    await appears(where.getByText("Dear Ruby,"));
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("Sent", { exact: true }));
    const [, sent] = await messagesOf(desk, ticket);
    expect(sent?.["body"]).toBe(`<p>Dear Ruby,</p><p>#${ticket.number} is on its way.</p>`);
  });

  test("are made from what was written, and chosen by the button", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket);
    const where = await begin(page, "r");
    await page.keyboard.type("Thank you {{customer.first_name}} for waiting");
    await page.getByRole("button", { name: "Keep as a saved reply" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Thanks");
    await expectAccessible(page);
    await page.keyboard.press("Enter");
    await appears(page.getByText("“Thanks” is kept as a saved reply"));
    await where.click();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
    await page.keyboard.press("Control+Shift+s");
    await page.getByRole("option", { name: /Thanks/ }).click();
    await appears(where.getByText("Thank you Ruby for waiting"));
  });
});

inChromium("the text of an answer", () => {
  test("is formatted by keys and by a toolbar with one stop, with links only to pages and mailboxes", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket);
    await begin(page, "r");
    await page.keyboard.press("Control+Shift+l");
    await page.keyboard.type("one");
    await page.keyboard.press("Enter");
    await page.keyboard.type("two ");
    const toolbar = page.getByRole("toolbar", { name: "Format" });
    await toolbar.getByRole("button", { name: "Bold" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Italic");
    await page.keyboard.press("Enter");
    await page.locator("[contenteditable]:focus").waitFor();
    await page.keyboard.type("more ");
    await page.keyboard.press("Control+Shift+k");
    const link = page.getByRole("textbox", { name: "Where the link leads" });
    await link.fill("javascript:alert(1)");
    await page.keyboard.press("Enter");
    await appears(page.getByText("That is no address of a page or a mailbox"));
    await link.fill("example.com/lamps");
    await page.keyboard.press("Enter");
    await disappears(link);
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("Sent", { exact: true }));
    const [, sent] = await messagesOf(desk, ticket);
    const anchor = '<a href="https://example.com/lamps">';
    expect(String(sent?.["body"]).replace(/<\/?em>/g, "")).toBe(
      `<ul><li>one</li><li>two more ${anchor}example.com/lamps</a></li></ul>`,
    );
    expect(sent?.["body"]).toContain("<em>more");
  });

  test("runs from right to left where it is written so, and says so in the mail", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket);
    const where = await begin(page, "r");
    await page.keyboard.type("שלום רובי");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Hello");
    const direction = await where.getByText("שלום").evaluate((element) => getComputedStyle(element).direction);
    expect(direction).toBe("rtl");
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("Sent", { exact: true }));
    const [, sent] = await messagesOf(desk, ticket);
    expect(sent?.["body"]).toBe('<p dir="rtl">שלום רובי</p><p>Hello</p>');
  });

  test("is written in a sheet on a phone, and waits there when it is put aside", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
    const { page } = await openTicket(desk, ticket, phone);
    await page.getByRole("button", { name: "Reply", exact: true }).tap();
    const sheet = page.getByRole("dialog", { name: "Answer" });
    await appears(sheet);
    await appears(text(page));
    await text(page).tap();
    await page.keyboard.type("From the phone");
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.getByRole("button", { name: "Hide; the draft is kept" }).tap();
    await disappears(sheet);
    await page.getByRole("button", { name: "Go on writing" }).tap();
    await appears(text(page).getByText("From the phone"));
    await page.getByRole("button", { name: "Send", exact: true }).tap();
    await appears(page.getByText("Sent", { exact: true }));
    expect(await messagesOf(desk, ticket)).toHaveLength(2);
  });
});

inChromium("a new ticket", () => {
  test("is begun by a key, kept as a draft, sent to somebody new, and undone as if it had not been", async () => {
    const desk = await openAnsweringDesk();
    const { page, user } = await openPage(desk, { at: "/inbox/unassigned" });
    await appears(page.getByRole("button", { name: "New ticket" }));
    await page.keyboard.press("c");
    await page.waitForURL(/\/new/);
    const to = page.getByRole("combobox", { name: "To" });
    await to.pressSequentially("Dora Berg <dora@berg.example>");
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "Subject" }).fill("Your lamps are ready");
    await text(page, "Text").click();
    await page.keyboard.type("You can fetch them");
    await appears(page.getByText("Draft saved"));
    await expectAccessible(page);
    await page.waitForURL(/draft=/);
    await page.reload();
    await appears(text(page, "Text").getByText("You can fetch them"));
    await page.goto("/inbox/drafts");
    await page.getByRole("link", { name: /Your lamps are ready/ }).click();
    await appears(text(page, "Text").getByText("You can fetch them"));
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await appears(page.getByText("Sent", { exact: true }), page.getByRole("heading", { name: "Your lamps are ready" }));
    const [made] = (await desk.get("/tickets?embed=customer,messages")).body;
    expect(made).toMatchObject({
      subject: "Your lamps are ready",
      user_id: user?.id,
      customer: { first_name: "Dora", last_name: "Berg" },
      messages: [{ to: "Dora Berg <dora@berg.example>", body: "<p>You can fetch them</p>" }],
    });
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForURL(/\/new/);
    await appears(text(page, "Text").getByText("You can fetch them"));
    const [after] = (await desk.get("/tickets?trash=true&embed=messages")).body;
    expect(after).toMatchObject({ id: made.id, messages: [] });
  });

  test("is not sent without a subject, and not begun by who may only read", async () => {
    const desk = await openAnsweringDesk();
    const { page } = await openPage(desk, { at: "/new" });
    await page.getByRole("combobox", { name: "To" }).pressSequentially("dora@berg.example,");
    await text(page, "Text").click();
    await page.keyboard.type("Hello");
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("Say what it is about."));
    const reader = await openPage(desk, { at: "/new", as: { role: "read_only" } });
    await appears(reader.page.getByText("You may not see this"));
    expect(await reader.page.getByRole("button", { name: "New ticket" }).count()).toBe(0);
  });
});
