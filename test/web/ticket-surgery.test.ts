import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { appears, disappears, openPage, openWebDesk } from "../support/web-desk.ts";
import { conversation, customerWrites, maryAnswers, openTicket } from "../support/web-ticket.ts";

inChromium("merging and splitting tickets", () => {
  test("a ticket of the same customer is offered, another one is searched for, and one undo parts them again", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket({ subject: "The kettle leaks" });
    await customerWrites(desk, ticket.id, "It leaks");
    const same = await desk.ticket({ subject: "Still leaking", customer_id: ticket.customer_id });
    await customerWrites(desk, same.id, "It still leaks");
    const other = await desk.ticket({ subject: "Water everywhere" });
    await customerWrites(desk, other.id, "The floor is wet");
    const { page } = await openTicket(desk, ticket.id);
    await page.getByRole("button", { name: "More actions", exact: true }).click();
    await page.getByRole("menuitem", { name: "Merge with other tickets" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("checkbox", { name: /Still leaking/ }).check();
    await dialog.getByRole("searchbox").fill(`#${other.number}`);
    await dialog.getByRole("checkbox", { name: /Water everywhere/ }).check();
    await expectAccessible(page, "dialog[open]");
    await dialog.getByRole("button", { name: "Merge 2 tickets into this" }).click();
    await appears(page.getByText("2 tickets merged into this", { exact: true }));
    await appears(conversation(page).getByText("The floor is wet"), conversation(page).getByText("It still leaks"));
    await appears(conversation(page).getByText(/merged 2 tickets into this/));
    expect((await desk.get(`/tickets/${same.id}?fields=merged_into`)).body.merged_into).toBe(ticket.id);
    await page.getByRole("button", { name: /^Undo/ }).click();
    await disappears(conversation(page).getByText("The floor is wet"));
    expect((await desk.get(`/tickets/${same.id}?fields=merged_into`)).body.merged_into).toBeNull();
    await appears(conversation(page).getByText(/took a merge back/));
  });

  test("the address of a ticket that was merged leads to the one that it is part of", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket({ subject: "Stays" });
    const gone = await desk.ticket({ subject: "Goes" });
    const { page } = await openPage(desk, { at: `/inbox/all/t/${gone.id}` });
    await appears(page.getByRole("button", { name: "Goes" }));
    // A colleague merges it, while one looks at it.
    await desk.post(`/tickets/${ticket.id}/merge`, { ticket_ids: [gone.id] });
    await appears(page.getByRole("button", { name: "Stays" }));
    await appears(page.getByText(`This ticket is part of #${ticket.number} now`));
    expect(new URL(page.url()).pathname).toBe(`/inbox/all/t/${ticket.id}`);
  });

  test("messages from one on become a ticket of their own, and one undo brings them back", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket({ subject: "Two things" });
    await customerWrites(desk, ticket.id, "The kettle leaks");
    await maryAnswers(desk, ticket.id, "We send another");
    await customerWrites(desk, ticket.id, "By the way, a second thing");
    await customerWrites(desk, ticket.id, "More about the second thing");
    const { page } = await openTicket(desk, ticket.id);
    await conversation(page)
      .getByRole("article")
      .filter({ hasText: "By the way" })
      .getByRole("button", { name: "Message actions" })
      .click();
    await page.getByRole("menuitem", { name: "Split off from here on" }).click();
    const bar = page.getByRole("form", { name: "Split messages off" });
    await appears(bar.getByText("2 messages get a ticket of their own"));
    await expectAccessible(page);
    const boxes = conversation(page).getByRole("checkbox");
    expect(await boxes.count()).toBe(4);
    await boxes.first().check();
    await appears(bar.getByText("3 messages get a ticket of their own"));
    await boxes.first().uncheck();
    await bar.getByRole("textbox", { name: "Subject of the new ticket" }).fill("The second thing");
    await bar.getByRole("button", { name: "Split off" }).click();
    await appears(page.getByRole("button", { name: "The second thing" }), page.getByText(/^Split off as #/));
    await appears(conversation(page).getByText("By the way, a second thing"));
    expect(await conversation(page).getByText("The kettle leaks").count()).toBe(0);
    expect((await desk.get(`/tickets/${ticket.id}/messages`)).body).toHaveLength(2);
    await page.getByRole("button", { name: /^Undo/ }).click();
    await appears(page.getByRole("button", { name: "Two things" }));
    await expect.poll(async () => (await desk.get(`/tickets/${ticket.id}/messages`)).body.length).toBe(4);
  });

  test("a ticket keeps at least one message, and choosing can be left", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    await customerWrites(desk, ticket.id, "The only one");
    const { page } = await openTicket(desk, ticket.id);
    await page.getByRole("button", { name: "More actions", exact: true }).click();
    await page.getByRole("menuitem", { name: "Split messages off" }).click();
    const bar = page.getByRole("form", { name: "Split messages off" });
    await conversation(page).getByRole("checkbox").check();
    await appears(bar.getByText("One message must stay here"));
    expect(await bar.getByRole("button", { name: "Split off" }).isEnabled()).toBe(false);
    await bar.getByRole("button", { name: "Cancel" }).click();
    await disappears(bar);
  });
});
