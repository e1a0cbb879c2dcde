import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { appears, disappears, listRow, openPage, openWebDesk } from "../support/web-desk.ts";

inChromium("the search", () => {
  test("finds words in subjects and messages, marks them, and keeps them in the address", async () => {
    const desk = await openWebDesk();
    await desk.ticket({ subject: "A refund for my bicycle" });
    const other = await desk.ticket({ subject: "Something else" });
    await desk.post(`/tickets/${other.id}/messages`, {
      type: "note",
      body: "He wants a bicycle, not a scooter.",
      user_id: desk.user.id,
    });
    await desk.ticket({ subject: "Not this one" });
    const { page } = await openPage(desk);
    await appears(listRow(page, "Not this one"));
    await page.keyboard.press("/");
    await page.keyboard.type("bicycle");
    await page.keyboard.press("Enter");
    await appears(page.getByText("2 results"));
    await disappears(listRow(page, "Not this one"));
    await expect.poll(async () => await page.locator("mark").allInnerTexts()).toEqual(["bicycle", "bicycle"]);
    await expectAccessible(page);
    expect(page.url()).toContain("/search?q=bicycle");
    await page.reload();
    await appears(page.getByText("2 results"));
    await listRow(page, "A refund for").click();
    await page.waitForURL(/\/search\/t\/.*q=bicycle/);
    await page.goBack();
    await page.goBack();
    await page.waitForURL(/\/inbox\/unassigned$/);
  });

  test("shows the best match first, and another order for as long as one wants it", async () => {
    const desk = await openWebDesk();
    const add = async (subject: string, body: string): Promise<void> => {
      const messages = [{ type: "note", body, user_id: desk.user.id }];
      await desk.ticket({ subject, messages });
    };
    await add("Change of address", "Hello");
    await add("Hello", "Please change the address");
    await add("Good morning", "My address is the same, and there is nothing at all that you should ever change");
    const BEST = ["Change of address", "Hello", "Good morning"];
    const { page } = await openPage(desk, { at: "/search?q=change%20address" });
    await appears(page.getByText("3 results"));
    const rows = async (): Promise<(string | undefined)[]> =>
      (await page.getByRole("grid").getByRole("row").allInnerTexts()).map((text) =>
        BEST.find((subject) => text.includes(subject)),
      );
    await expect.poll(rows).toEqual(BEST);
    await expect.poll(async () => await page.locator("mark").count()).toBeGreaterThan(BEST.length);
    await page.getByRole("button", { name: "Order" }).focus();
    await page.keyboard.press("Enter");
    await appears(page.getByRole("menuitemradio", { name: "Best match", checked: true }));
    await expectAccessible(page);
    await page.getByRole("menuitemradio", { name: "Newest ticket" }).click();
    await expect.poll(rows).toEqual(BEST.toReversed());
    await page.reload();
    await appears(page.getByText("3 results"));
    await expect.poll(rows).toEqual(BEST.toReversed());
    await page.getByRole("button", { name: "Order" }).click();
    await page.getByRole("menuitemradio", { name: "Best match" }).click();
    await expect.poll(rows).toEqual(BEST);
    await page.goto(new URL("/search?q=is:open", page.url()).href);
    await appears(page.getByText("3 results"));
    await page.getByRole("button", { name: "Order" }).click();
    await appears(page.getByRole("menuitemradio", { name: "Newest activity", checked: true }));
    expect(await page.getByRole("menuitemradio", { name: "Best match" }).count()).toBe(0);
  });

  test("completes its operators and what may follow them", async () => {
    const desk = await openWebDesk();
    const { body: label } = await desk.post("/labels", { name: "late delivery" });
    const found = await desk.ticket({ subject: "Where is it?" });
    await desk.ask("PUT", `/tickets/${found.id}/labels/${label.id}`);
    await desk.ticket({ subject: "Thank you" });
    const { page } = await openPage(desk, { at: "/search" });
    await appears(page.getByText("Find any ticket"));
    await expectAccessible(page);
    const field = page.getByRole("combobox", { name: "Search tickets" });
    await field.click();
    await page.keyboard.type("lab");
    await page.getByRole("option", { name: /label:/ }).click();
    await appears(page.getByRole("option", { name: /late delivery/ }));
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await field.inputValue()).toContain('label:"late delivery"');
    await page.keyboard.type("is:op");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await appears(page.getByText("1 result"), listRow(page, "Where is it?"));
  });

  test("is kept under a name, with a count that follows what happens, and can be changed and deleted", async () => {
    const desk = await openWebDesk();
    await desk.ticket({ subject: "An invoice is missing" });
    const { page } = await openPage(desk, { at: "/search?q=invoice" });
    await appears(page.getByText("1 result"));
    await page.getByRole("main").getByRole("button", { name: "Save a search" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Invoices");
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Save" }).click();
    const link = page.getByRole("navigation").getByRole("link", { name: /^Invoices/ });
    await appears(link);
    await link.click();
    await appears(page.getByRole("heading", { name: /^Invoices/ }), listRow(page, "An invoice is missing"));
    await desk.ticket({ subject: "Another invoice" });
    await appears(
      page.getByRole("navigation").getByRole("link", { name: /^Invoices\s*2/ }),
      listRow(page, "Another invoice"),
    );
    await page.getByRole("button", { name: "Saved search" }).click();
    await page.getByRole("menuitem", { name: "Delete the search" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete the search" }).click();
    await disappears(link);
  });

  test("says what to try when it finds nothing", async () => {
    const desk = await openWebDesk();
    const { page } = await openPage(desk, { at: "/search?q=zebra" });
    await appears(page.getByText("Nothing found"), page.getByText("0 results"));
    await expectAccessible(page);
  });
});
