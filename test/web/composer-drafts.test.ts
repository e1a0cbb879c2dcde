import { expect, test } from "vitest";
import { inChromium } from "../support/chromium.ts";
import { appears, disappears, openPage } from "../support/web-desk.ts";
import { begin, messagesOf, openAnsweringDesk, openTicket, text, ticketOfRuby, until } from "./answering.ts";

inChromium("a draft", () => {
  test("survives a reload, also what was typed a moment before, and goes when it is sent", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket);
    await begin(page, "r");
    await page.keyboard.type("Both lamps");
    await appears(page.getByText("Draft saved"));
    await page.keyboard.type(" are here");
    await page.reload();
    await appears(text(page).getByText("Both lamps are here"));
    await appears(page.getByRole("list", { name: "To" }).getByText("Ruby Miller"));
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await appears(page.getByText("Sent", { exact: true }));
    await page.reload();
    await appears(page.getByRole("button", { name: "Reply", exact: true }));
    expect(await text(page).count()).toBe(0);
    expect(await messagesOf(desk, ticket)).toHaveLength(2);
  });

  test("shows on another device as it is written, and is sent from there", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const laptop = await openTicket(desk, ticket);
    await begin(laptop.page, "r");
    await laptop.page.keyboard.type("From the laptop");
    const tablet = await openTicket(desk, ticket, { as: { user: laptop.user! } });
    await appears(text(tablet.page).getByText("From the laptop"));
    await text(tablet.page).click();
    await tablet.page.keyboard.press("Control+End");
    await tablet.page.keyboard.type(", and the tablet");
    await appears(text(laptop.page).getByText("From the laptop, and the tablet"));
    await tablet.page.keyboard.press("Control+Enter");
    await disappears(text(laptop.page).getByText("From the laptop"));
    const [, sent] = await messagesOf(desk, ticket);
    expect(sent?.["body"]).toBe("<p>From the laptop, and the tablet</p>");
  });

  test("shows on a device that asked for it just before it was saved on another", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const ada = await desk.signIn();
    const asked = Promise.withResolvers<void>();
    const saved = Promise.withResolvers<void>();
    const tablet = await openPage(desk, { as: { user: ada.user } });
    await tablet.page.route(
      /\/drafts\?ticket_id=/,
      async (route) => {
        const answer = await route.fetch();
        asked.resolve();
        await saved.promise;
        await route.fulfill({ response: answer });
      },
      { times: 1 },
    );
    const told = tablet.page.waitForRequest((request) => request.url().includes("/folders"));
    await tablet.page.goto(`/inbox/unassigned/t/${ticket.id}`);
    await asked.promise;
    await told;
    const draft = { kind: "reply", to: "ruby@example.com", cc: null, bcc: null, subject: null, attachment_ids: [] };
    const again = tablet.page.waitForRequest((request) => request.url().includes("/folders"));
    await ada.ask("PUT", `/tickets/${ticket.id}/draft`, {
      ...draft,
      body: "<p>By phone</p>",
      htmlized: true,
      version: 0,
    });
    // The rail counts drafts, and is told of this one by the same event.
    await again;
    saved.resolve();
    await appears(text(tablet.page).getByText("By phone"));
  });

  test("that two devices changed is written over by neither: one says which it is to be", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const train = await openTicket(desk, ticket, { allow: [/412/, /ERR_INTERNET_DISCONNECTED/] });
    await begin(train.page, "r");
    await train.context.setOffline(true);
    await train.page.keyboard.type("Written in the train");
    await appears(train.page.getByText("Not saved: no connection. Keep this window open."));
    await train.page.keyboard.press("Control+Enter");
    await appears(train.page.getByText("You are offline. Nothing was sent; send it when the connection is back."));
    const office = await openTicket(desk, ticket, { as: { user: train.user! } });
    await begin(office.page, "r");
    await office.page.keyboard.type("Written in the office");
    await appears(office.page.getByText("Draft saved"));
    await train.context.setOffline(false);
    const conflict = train.page.getByText(/This draft was changed on another device/);
    await appears(conflict, train.page.getByText("Written in the office"), text(train.page).getByText("in the train"));
    await train.page.getByRole("button", { name: "Keep what is here" }).click();
    await disappears(conflict);
    await appears(text(office.page).getByText("Written in the train"));
  });

  test("is discarded at once, and brought back on request", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page, user } = await openTicket(desk, ticket);
    const draft = async (): Promise<unknown> => {
      const who = await desk.signIn({ user: user! });
      return (await who.get(`/drafts?ticket_id=${ticket.id}`)).body[0];
    };
    await begin(page, "n");
    await page.keyboard.type("Not worth keeping");
    await appears(page.getByText("Draft saved"));
    await page.getByRole("button", { name: "Discard" }).click();
    await disappears(text(page, "Note"));
    await until(async () => (await draft()) === undefined, "it is gone from the server");
    await page.keyboard.press("z");
    await appears(text(page, "Note").getByText("Not worth keeping"));
    await until(async () => (await draft()) !== undefined, "it is on the server again");
  });

  test("is there again after signing out and in, and is nobody else's", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page, user, context } = await openTicket(desk, ticket, { allow: [/401/] });
    await begin(page, "r");
    await page.keyboard.type("A moment before leaving");
    await page
      .getByRole("navigation")
      .getByRole("button", { name: /Ada Byron/ })
      .click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL(/signin/);
    await context.close();
    const other = await openTicket(desk, ticket);
    expect(await text(other.page).count()).toBe(0);
    const again = await openTicket(desk, ticket, { as: { user: user! } });
    await appears(text(again.page).getByText("A moment before leaving"));
  });
});
