import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { appears, disappears, listRow, openPage, openWebDesk } from "../support/web-desk.ts";

inChromium("the keyboard alone", () => {
  test("takes a ticket from the list, reads it, makes it one's own, closes it and goes on to the next", async () => {
    const desk = await openWebDesk();
    const second = await desk.ticket({ subject: "The second one" });
    const first = await desk.ticket({ subject: "The first one" });
    const { page, user } = await openPage(desk, { at: "/inbox/all" });
    await appears(listRow(page, "The first one"));
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`/t/${first.id}$`));
    await appears(page.getByRole("region", { name: "Ticket", exact: true }).getByText("The first one"));
    await page.keyboard.press("i");
    await page.keyboard.press("i");
    await expect.poll(async () => (await desk.get(`/tickets/${first.id}`)).body.user_id).toBe(user?.id);
    await page.keyboard.press("]");
    await page.waitForURL(new RegExp(`/t/${second.id}$`));
    await page.keyboard.press("[");
    await page.waitForURL(new RegExp(`/t/${first.id}$`));
    await page.keyboard.press("e");
    await page.waitForURL(new RegExp(`/t/${second.id}$`));
    await expect.poll(async () => (await desk.get(`/tickets/${first.id}`)).body.state).toBe("closed");
    await appears(page.getByRole("button", { name: /^Undo/ }));
    await page.keyboard.press("z");
    await expect.poll(async () => (await desk.get(`/tickets/${first.id}`)).body.state).toBe("open");
    await page.keyboard.press("u");
    await page.waitForURL(/\/inbox\/all$/);
    await page.keyboard.press("g");
    await page.keyboard.press("m");
    await page.waitForURL(/\/inbox\/mine$/);
    await appears(listRow(page, "The first one"));
  });

  test("loses no letter that is typed before the field is there, and undoes what is still on its way", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket({ subject: "Close me" });
    const { page } = await openPage(desk, { at: "/settings/profile" });
    await appears(page.getByRole("heading", { name: "Profile" }));
    await page.keyboard.press("/");
    await page.keyboard.type("jerk", { delay: 0 });
    await expect.poll(async () => await page.getByRole("combobox", { name: "Search" }).inputValue()).toBe("jerk");
    await page.goto(`/inbox/all/t/${ticket.id}`);
    await appears(page.getByRole("button", { name: "Reply", exact: true }));
    await page.route("**/api/v1/tickets/*", async (route) => {
      if (route.request().method() === "PATCH") await new Promise((resolve) => setTimeout(resolve, 700));
      await route.continue();
    });
    await page.keyboard.press("e");
    await page.keyboard.press("z");
    await expect
      .poll(async () => (await desk.get(`/tickets/${ticket.id}/events`)).body.length, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(3);
    expect((await desk.get(`/tickets/${ticket.id}`)).body.state).toBe("open");
    await disappears(page.getByText("Nothing to undo"));
  });

  test("types into what floats as soon as it does, and has the keys back when it goes", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket({ subject: "Later" });
    const { page } = await openPage(desk, { at: `/inbox/all/t/${ticket.id}` });
    await appears(page.getByRole("button", { name: "Reply", exact: true }));
    // Its code comes with the first press, and after what it floats in has the focus.
    await page.keyboard.press("s");
    await page.keyboard.type("tomorrow");
    await expect
      .poll(async () => await page.getByRole("combobox", { name: "Until when" }).inputValue())
      .toBe("tomorrow");
    await page.keyboard.press("Escape");
    await disappears(page.getByRole("dialog", { name: "Snooze" }));
    await page.keyboard.press("s");
    await appears(page.getByRole("dialog", { name: "Snooze" }));
    await page.keyboard.press("Escape");
    await disappears(page.getByRole("dialog", { name: "Snooze" }));
    await page.keyboard.press("r");
    await appears(page.getByRole("textbox", { name: "Reply", exact: true }));
  });

  test("takes the next key for a command when the last one led nowhere", async () => {
    const desk = await openWebDesk();
    const { page } = await openPage(desk, { at: "/new" });
    await appears(page.getByRole("combobox", { name: "To" }));
    await page.getByRole("main").focus();
    await page.keyboard.press("c");
    await page.keyboard.press("?");
    await appears(page.getByRole("dialog", { name: "Keys" }));
  });

  test("reaches everything by Tab, with a way past the navigation, and never loses the focus", async () => {
    const desk = await openWebDesk();
    await desk.ticket({ subject: "Reach me" });
    const { page } = await openPage(desk);
    await appears(listRow(page, "Reach me"));
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    const reached: string[] = [];
    for (let presses = 0; presses < 8; presses += 1) {
      await page.keyboard.press("Tab");
      reached.push(
        await page.evaluate("document.activeElement.getAttribute('role') ?? document.activeElement.tagName"),
      );
    }
    expect(reached).toContain("grid");
    await page.getByRole("grid").focus();
    await page.keyboard.press("ArrowDown");
    const active = await page.getByRole("grid").getAttribute("aria-activedescendant");
    expect(await page.locator(`#${active}`).getAttribute("aria-label")).toContain("Reach me");
    await page.keyboard.press("Enter");
    await appears(page.getByRole("button", { name: "Reply", exact: true }));
    await page.keyboard.press("Escape");
    await page.waitForURL(/\/inbox\/unassigned$/);
    expect(await page.evaluate("document.activeElement !== document.body")).toBe(true);
  });

  test("opens the palette, which goes anywhere and does anything, and gives the focus back", async () => {
    const desk = await openWebDesk();
    await desk.post("/labels", { name: "wholesale" });
    const { page } = await openPage(desk);
    await appears(page.getByRole("heading", { name: /^Unassigned/ }));
    await page.keyboard.press("Control+k");
    const palette = page.getByRole("dialog", { name: "Commands" });
    await appears(palette);
    await expectAccessible(page);
    await page.keyboard.type("wholes");
    await appears(palette.getByRole("option", { name: /wholesale/ }));
    await page.keyboard.press("Enter");
    await appears(page.getByRole("heading", { name: /^wholesale/ }));
    await page.keyboard.press("Control+k");
    await page.keyboard.type("go to sno");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/inbox\/snoozed$/);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("nothing that there is");
    await appears(palette.getByText("Nothing matches"));
    await page.keyboard.press("Escape");
    await disappears(palette);
  });

  test("shows all its keys on a sheet, and takes none of them while one types", async () => {
    const desk = await openWebDesk();
    const { page } = await openPage(desk);
    await appears(page.getByRole("heading", { name: /^Unassigned/ }));
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keys" });
    await appears(sheet.getByText("Assign to me"), sheet.getByText("Send and close"));
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await disappears(sheet);
    await page.keyboard.press("/");
    await page.keyboard.type("gm?");
    expect(await page.getByRole("combobox", { name: "Search tickets" }).inputValue()).toBe("gm?");
    expect(new URL(page.url()).pathname).toBe("/inbox/unassigned");
  });
});
