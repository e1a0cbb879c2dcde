import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import type { TestDesk } from "../support/test-api.ts";
import { addPerson, appears, disappears, listRow, openPage, openWebDesk } from "../support/web-desk.ts";

async function tickets(desk: TestDesk, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    await desk.ticket({ subject: `Question ${number}` });
  }
}

const rows = (page: Page) => page.getByRole("grid").getByRole("row");
const bar = (page: Page) => page.getByRole("toolbar", { name: "Actions for the selected tickets" });

inChromium("several tickets at once", () => {
  test("are closed together, told with their number, and opened again by one undo", async () => {
    const desk = await openWebDesk();
    await tickets(desk, 5);
    const { page } = await openPage(desk);
    await appears(listRow(page, "Question 5"));
    await listRow(page, "Question 5").getByRole("checkbox").click();
    await listRow(page, "Question 2")
      .getByRole("checkbox")
      .click({ modifiers: ["Shift"] });
    await appears(bar(page).getByText("4 selected"));
    await expectAccessible(page);
    await bar(page).getByRole("button", { name: "Close" }).click();
    await appears(page.getByText("4 tickets closed"));
    await expect.poll(async () => await rows(page).count()).toBe(1);
    await appears(page.getByRole("navigation").getByRole("link", { name: /^Unassigned\s*1$/ }));
    expect((await desk.get("/tickets?state=closed")).body).toHaveLength(4);
    await page.getByRole("button", { name: /^Undo/ }).click();
    await expect.poll(async () => await rows(page).count()).toBe(5);
    expect((await desk.get("/tickets?state=closed")).body).toEqual([]);
  });

  test("are given to a colleague, labelled and moved by key, and taken back with z", async () => {
    const desk = await openWebDesk();
    await addPerson(desk, "Ben Okafor");
    await desk.post("/labels", { name: "urgent", color: "red" });
    await desk.post("/inboxes", { name: "Billing", address: "billing@desk.example" });
    await tickets(desk, 3);
    const { page } = await openPage(desk, { at: "/inbox/all" });
    await appears(listRow(page, "Question 3"));
    await page.keyboard.press("*");
    await page.keyboard.press("a");
    await appears(bar(page).getByText("3 selected"));
    await page.keyboard.press("l");
    await page.getByRole("combobox", { name: "Label" }).fill("urg");
    await page.keyboard.press("Enter");
    await appears(page.getByText("3 tickets labelled urgent"));
    await page.keyboard.press("Escape");
    await page.keyboard.press("i");
    await page.getByRole("combobox", { name: "Assign" }).fill("Ben");
    await page.keyboard.press("Enter");
    await appears(page.getByText("3 tickets assigned to Ben Okafor"));
    await expect.poll(async () => (await desk.get("/tickets?user_id=null")).body.length).toBe(0);
    await page.keyboard.press("z");
    await expect.poll(async () => (await desk.get("/tickets?user_id=null")).body.length).toBe(3);
  });

  test("may be all of a list, more than are on the screen", async () => {
    const desk = await openWebDesk();
    await tickets(desk, 60);
    const { page } = await openPage(desk);
    await listRow(page, /Question 60/)
      .getByRole("checkbox")
      .click();
    await page.keyboard.press("*");
    await page.keyboard.press("a");
    await page.getByRole("button", { name: "Select all 60 in this list" }).click();
    await page.keyboard.press("e");
    await appears(page.getByText("60 tickets closed"), page.getByText("Nothing waits for somebody"));
    await page.keyboard.press("z");
    await appears(listRow(page, /Question 60/));
    expect((await desk.get("/tickets?state=open&count=true&per_page=0")).headers["total-count"]).toBe("60");
  });

  test("are back where they were when the server refuses, and the reason is told", async () => {
    const desk = await openWebDesk();
    await tickets(desk, 2);
    const { page } = await openPage(desk, { allow: [/status of 500/] });
    await page.route("**/api/v1/tickets/bulk", async (route) => await route.fulfill({ status: 500 }));
    await listRow(page, "Question 1").getByRole("checkbox").click();
    await page.keyboard.press("e");
    await appears(page.getByText("The change could not be completed"), page.getByText("Nothing is lost; try again."));
    await expect.poll(async () => await rows(page).count()).toBe(2);
  });

  test("may not be changed by somebody who only reads", async () => {
    const desk = await openWebDesk();
    await tickets(desk, 1);
    const { page } = await openPage(desk, { as: { role: "read_only" }, allow: [/status of 403/] });
    await listRow(page, "Question 1").getByRole("checkbox").click();
    await page.keyboard.press("e");
    await appears(page.getByText("Your role does not allow this."));
    await appears(listRow(page, "Question 1"));
  });

  test("can be one alone, by the menu of its row", async () => {
    const desk = await openWebDesk();
    await tickets(desk, 2);
    const { page } = await openPage(desk);
    await listRow(page, "Question 2").click({ button: "right" });
    await appears(page.getByRole("menu", { name: "Actions for Question 2" }));
    await expectAccessible(page);
    await page.getByRole("menuitem", { name: /Move to the trash/ }).click();
    await appears(page.getByText("Moved to the trash"));
    await disappears(listRow(page, "Question 2"));
    await page.getByRole("link", { name: "Trash" }).click();
    await appears(listRow(page, "Question 2"));
  });
});
