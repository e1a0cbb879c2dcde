import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { appears, disappears, listRow, openPage, openWebDesk } from "../support/web-desk.ts";

const ground = "getComputedStyle(document.body).backgroundColor";
const fits = "document.documentElement.scrollWidth <= innerWidth";

inChromium("on a phone", () => {
  test("one pane is shown at a time, and the way back keeps the place", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket({ subject: "From the road" });
    await desk.post(`/tickets/${ticket.id}/messages`, { type: "note", body: "Look at this", user_id: desk.user.id });
    const { page } = await openPage(desk, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    await appears(listRow(page, "From the road"));
    expect(await page.evaluate(fits)).toBe(true);
    await expectAccessible(page);
    await page.getByRole("button", { name: "Navigation" }).tap();
    await appears(page.getByRole("navigation").getByRole("link", { name: "Snoozed" }));
    await expectAccessible(page);
    await page.getByRole("link", { name: "All", exact: true }).tap();
    await appears(page.getByRole("heading", { name: /^All/ }));
    await listRow(page, "From the road").tap();
    await appears(page.getByText("Look at this"));
    await disappears(page.getByRole("grid"));
    expect(await page.evaluate(fits)).toBe(true);
    await page.getByRole("button", { name: "Back to the list" }).tap();
    await appears(listRow(page, "From the road"));
    await page.goBack();
    await appears(page.getByText("Look at this"));
  });

  test("a long press selects, and the actions are within the thumb's reach", async () => {
    const desk = await openWebDesk();
    await desk.ticket({ subject: "Hold me" });
    const { page } = await openPage(desk, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    const row = listRow(page, "Hold me");
    await appears(row);
    const box = await row.boundingBox();
    const touch = await page.context().newCDPSession(page);
    const point = { x: (box?.x ?? 0) + 120, y: (box?.y ?? 0) + 20 };
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [point] });
    await page.getByRole("menu").waitFor();
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await page.getByRole("menuitem", { name: /^Select/ }).tap();
    const bar = page.getByRole("toolbar", { name: "Actions for the selected tickets" });
    await appears(bar);
    expect((await bar.boundingBox())?.y).toBeGreaterThan(600);
    await bar.getByRole("button", { name: "Close" }).tap();
    await appears(page.getByText("Ticket closed"));
  });
});

inChromium("the look", () => {
  test("is dark where the system is, can be chosen, and a reload keeps the choice", async () => {
    const desk = await openWebDesk();
    await desk.ticket({ subject: "In the dark" });
    const { page } = await openPage(desk, { colorScheme: "dark", as: { name: "Ben Okafor" } });
    await appears(listRow(page, "In the dark"));
    const dark = await page.evaluate<string>(ground);
    await expectAccessible(page);
    await page.getByRole("button", { name: /Ben Okafor/ }).click();
    await page.getByRole("menuitem", { name: "Theme" }).click();
    await page.getByRole("menuitemradio", { name: "Light" }).click();
    await expect.poll(async () => await page.evaluate(ground)).not.toBe(dark);
    await page.reload();
    await appears(listRow(page, "In the dark"));
    expect(await page.evaluate(ground)).not.toBe(dark);
  });

  test("holds the smallest size that a pointer needs, and more contrast when it is asked for", async () => {
    const desk = await openWebDesk();
    await desk.ticket({ subject: "Small" });
    const { page } = await openPage(desk, { forcedColors: "active", contrast: "more" });
    await appears(listRow(page, "Small"));
    await expectAccessible(page);
    const small = await page.evaluate<string[]>(
      `[...document.querySelectorAll("button, nav a")].filter((each) => each.checkVisibility()).flatMap((each) => {
        const { width, height } = each.getBoundingClientRect();
        return width > 1 && (width < 24 || height < 24) ? [each.outerHTML.slice(0, 120)] : [];
      })`,
    );
    expect(small).toEqual([]);
  });
});

inChromium("another language", () => {
  test("is chosen in the menu, holds for every screen, and is what the browser asks for from the start", async () => {
    const desk = await openWebDesk();
    const { page } = await openPage(desk, { as: { name: "Ben Okafor" } });
    await page.getByRole("button", { name: /Ben Okafor/ }).click();
    await page.getByRole("menuitem", { name: "Language" }).click();
    await page.getByRole("menuitemradio", { name: "Deutsch" }).click();
    await appears(page.getByRole("link", { name: "Nicht zugewiesen" }));
    expect(await page.evaluate("document.documentElement.lang")).toBe("de");
    await page.reload();
    await appears(page.getByRole("link", { name: "Papierkorb" }));
    const german = await openPage(desk, { locale: "de-AT", as: null });
    await appears(german.page.getByRole("heading", { name: "Anmelden" }));
  });
});

inChromium("whoever may do less", () => {
  test("is offered nothing that would be refused, and is told why nothing is there", async () => {
    const desk = await openWebDesk();
    await desk.ticket({ subject: "For others" });
    const reader = await openPage(desk, { at: "/search?q=others", as: { role: "read_only" } });
    await appears(listRow(reader.page, "For others"), reader.page.getByText("No label yet"));
    for (const name of ["New label", "Save a search", "New ticket"]) {
      expect([name, await reader.page.getByRole("button", { name, exact: true }).count()]).toEqual([name, 0]);
    }
    const { page } = await openPage(desk, { at: "/inbox/all", as: { inboxIds: [] } });
    await appears(page.getByText("You see the tickets of the inboxes that an admin of this help desk lets you into."));
    await expectAccessible(page);
  });
});

inChromium("an address that leads nowhere", () => {
  test("says so, with a way on", async () => {
    const desk = await openWebDesk();
    const { page } = await openPage(desk, { at: "/nowhere", allow: [/status of 404/] });
    await appears(page.getByText("Nothing here"));
    await expectAccessible(page);
    await page.getByRole("link", { name: "Go to the inbox" }).click();
    await appears(page.getByRole("heading", { name: /^Unassigned/ }));
    await page.goto("/inbox/all/t/000000000000000000000000");
    await appears(page.getByText("This ticket is not here"));
    await expectAccessible(page);
  });
});

inChromium("the installed app", () => {
  test("has a manifest with icons that are there", async () => {
    const desk = await openWebDesk();
    const { page, context } = await openPage(desk);
    const session = await context.newCDPSession(page);
    const { errors, data } = await session.send("Page.getAppManifest");
    expect(errors).toEqual([]);
    const manifest = JSON.parse(data ?? "{}") as {
      icons: { src: string; sizes: string; purpose?: string }[];
      display: string;
    };
    expect(manifest.display).toBe("standalone");
    expect(manifest.icons.some(({ sizes }) => sizes === "512x512")).toBe(true);
    expect(manifest.icons.some(({ purpose }) => purpose === "maskable")).toBe(true);
    for (const { src } of manifest.icons) {
      expect([(await page.request.get(src)).status(), src]).toEqual([200, src]);
    }
  });
});
