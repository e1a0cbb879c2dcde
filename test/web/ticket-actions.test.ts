import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import type { TestDesk } from "../support/test-api.ts";
import { addPerson, appears, disappears, openPage, openWebDesk } from "../support/web-desk.ts";
import { conversation, customerWrites, openTicket } from "../support/web-ticket.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into it and say what they expect
async function now(desk: TestDesk, id: string): Promise<any> {
  return (await desk.get(`/tickets/${id}`)).body;
}

const header = (page: Page) => page.getByRole("region", { name: "Ticket" });
const undo = async (page: Page): Promise<void> => await page.getByRole("button", { name: /^Undo/ }).last().click();

inChromium("what one does with a ticket", () => {
  test("is assigned to a colleague, and to oneself by keys, each undone", async () => {
    const desk = await openWebDesk();
    const ben = await addPerson(desk, "Ben Okafor");
    const ticket = await desk.ticket();
    const { page, user } = await openTicket(desk, ticket.id, { as: { name: "Ada Byron" } });
    await page.getByRole("button", { name: "Assigned to: Nobody" }).click();
    await page.getByRole("combobox", { name: "Assign" }).fill("ben");
    await page.keyboard.press("Enter");
    await appears(page.getByRole("button", { name: "Assigned to: Ben Okafor" }));
    await expect.poll(async () => (await now(desk, ticket.id)).user_id).toBe(ben.id);
    await appears(conversation(page).getByText("Ada Byron assigned this to Ben Okafor"));
    await undo(page);
    await appears(page.getByRole("button", { name: "Assigned to: Nobody" }));
    await expect.poll(async () => (await now(desk, ticket.id)).user_id).toBeNull();
    await page.keyboard.press("i");
    await page.keyboard.press("i");
    await appears(page.getByRole("button", { name: "Assigned to: Ada Byron" }));
    await expect.poll(async () => (await now(desk, ticket.id)).user_id).toBe(user?.id);
  });

  test("is labelled, with a new label too, and the label is taken off", async () => {
    const desk = await openWebDesk();
    await desk.post("/labels", { name: "urgent", color: "red" });
    const ticket = await desk.ticket();
    const { page } = await openTicket(desk, ticket.id, { as: { role: "admin" } });
    await page.keyboard.press("l");
    await page.getByRole("combobox", { name: "Label" }).fill("urg");
    await page.keyboard.press("Enter");
    await appears(page.getByRole("button", { name: "Remove the label urgent" }));
    await page.getByRole("combobox", { name: "Label" }).fill("brand new");
    await page.getByRole("button", { name: "Create “brand new”" }).click();
    await appears(page.getByRole("button", { name: "Remove the label brand new" }));
    await expect.poll(async () => (await now(desk, ticket.id)).label_ids.length).toBe(2);
    await page.getByRole("button", { name: "Remove the label urgent" }).click();
    await disappears(page.getByRole("button", { name: "Remove the label urgent" }));
    await appears(page.getByText("Label urgent removed"));
    await undo(page);
    await appears(page.getByRole("button", { name: "Remove the label urgent" }));
    await expect.poll(async () => (await now(desk, ticket.id)).label_ids.length).toBe(2);
    await expectAccessible(page);
  });

  test("shows the first of 40 labels, and all on request", async () => {
    const desk = await openWebDesk();
    const ids: string[] = [];
    for (let number = 1; number <= 40; number += 1) {
      ids.push((await desk.post("/labels", { name: `Label number ${number} with a long name` })).body.id);
    }
    const ticket = await desk.ticket();
    await desk.ask("PUT", `/tickets/${ticket.id}/labels/${ids.join(",")}`, {});
    const { page } = await openTicket(desk, ticket.id);
    const chips = page.getByRole("button", { name: /^Remove the label/ });
    await appears(page.getByRole("button", { name: "36 more" }));
    expect(await chips.count()).toBe(4);
    await expectAccessible(page);
    await page.getByRole("button", { name: "36 more" }).click();
    await expect.poll(async () => await chips.count()).toBe(40);
    await appears(conversation(page).getByText(/added the labels .* and 37 more/));
  });

  test("is snoozed until a time in plain words, and woken by undo", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    const { page } = await openTicket(desk, ticket.id);
    await page.keyboard.press("s");
    const field = page.getByRole("combobox", { name: "Until when" });
    await appears(field, page.getByRole("option", { name: /^Tomorrow/ }));
    await expectAccessible(page);
    await field.fill("some day");
    await appears(page.getByText(/^Not understood/));
    await field.fill("in 3 days 14:00");
    await page.keyboard.press("Enter");
    await appears(page.getByText(/^Snoozed until .*14:00/).first());
    await expect.poll(async () => (await now(desk, ticket.id)).state).toBe("snoozed");
    const until = new Date((await now(desk, ticket.id)).snoozed_until);
    expect(until.toLocaleTimeString("en-GB", { timeZone: "Europe/Berlin" })).toBe("14:00:00");
    await undo(page);
    await expect.poll(async () => (await now(desk, ticket.id)).state).toBe("open");
  });

  test("is closed, opened again, put on hold, marked as spam and thrown away, each told and undone", async () => {
    const desk = await openWebDesk();
    const first = await desk.ticket({ subject: "The first" });
    const second = await desk.ticket({ subject: "The second" });
    const { page } = await openPage(desk, { at: `/inbox/all/t/${second.id}` });
    await appears(header(page).getByRole("button", { name: "The second" }));
    for (const [key, said, field, value] of [
      ["e", `#${second.number} closed`, "state", "closed"],
      ["h", `#${second.number} put on hold`, "state", "hold"],
      ["!", `#${second.number} marked as spam`, "spam", true],
      ["#", `#${second.number} moved to the trash`, "trash", true],
    ] as const) {
      const before = (await now(desk, second.id))[field];
      await page.keyboard.press(key);
      await appears(page.getByText(said));
      await expect.poll(async () => (await now(desk, second.id))[field]).toBe(value);
      // The next one has opened.
      await appears(header(page).getByRole("button", { name: "The first" }));
      await undo(page);
      await expect.poll(async () => (await now(desk, second.id))[field]).toBe(before);
      await page.goto(`/inbox/all/t/${second.id}`);
      await appears(header(page).getByRole("button", { name: "The second" }));
    }
    expect((await now(desk, first.id)).state).toBe("open");
  });

  test("is moved to another inbox and renamed where it stands", async () => {
    const desk = await openWebDesk();
    const billing = (await desk.post("/inboxes", { name: "Billing", address: "billing@desk.example" })).body;
    const ticket = await desk.ticket({ subject: "Old name" });
    const { page } = await openTicket(desk, ticket.id);
    await page.getByRole("button", { name: "Inbox: Support" }).click();
    await page.getByRole("combobox", { name: "Move to an inbox" }).fill("bill");
    await page.keyboard.press("Enter");
    await appears(page.getByRole("button", { name: "Inbox: Billing" }), page.getByText("Moved to Billing"));
    await expect.poll(async () => (await now(desk, ticket.id)).inbox_id).toBe(billing.id);
    await page.getByRole("button", { name: "Old name" }).click();
    await page.getByRole("textbox", { name: "Subject" }).fill("New name");
    await page.keyboard.press("Enter");
    await appears(page.getByRole("button", { name: "New name" }));
    await expect.poll(async () => (await now(desk, ticket.id)).subject).toBe("New name");
    await appears(conversation(page).getByText(/changed the subject to “New name”/));
  });

  test("is put back with a message when the server refuses", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    const { page } = await openTicket(desk, ticket.id, { allow: [/status of 500/] });
    await page.route(`**/api/v1/tickets/${ticket.id}`, async (route) => {
      if (route.request().method() === "PATCH") await route.fulfill({ status: 500, body: "" });
      else await route.continue();
    });
    await page.keyboard.press("i");
    await page.keyboard.press("i");
    await appears(page.getByText("The ticket was not changed"));
    await appears(page.getByRole("button", { name: "Assigned to: Nobody" }));
  });

  test("is only looked at by who may only read", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    await customerWrites(desk, ticket.id, "Hello");
    const { page } = await openTicket(desk, ticket.id, { as: { role: "read_only" } });
    await appears(conversation(page).getByText("Hello"));
    expect(await page.getByRole("button", { name: "Assigned to: Nobody" }).isEnabled()).toBe(false);
    for (const name of ["Close", "Reply", "Snooze", "Edit"]) {
      expect([name, await page.getByRole("button", { name, exact: true }).count()]).toEqual([name, 0]);
    }
    await page.keyboard.press("e");
    await page.getByRole("button", { name: "More actions", exact: true }).click();
    await appears(page.getByRole("menuitem", { name: "Print" }));
    expect(await page.getByRole("menuitem", { name: "Move to the trash" }).count()).toBe(0);
    expect((await now(desk, ticket.id)).state).toBe("open");
  });
});
