import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { appears, disappears, listRow, openPage, openWebDesk } from "../support/web-desk.ts";
import { customerWrites } from "../support/web-ticket.ts";

const NETWORK = [/net::ERR_INTERNET_DISCONNECTED/, /ERR_NETWORK_CHANGED/, /ERR_FAILED/];

inChromium("without a connection", () => {
  test("what is known stays, nothing is changed in silence, and what was missed comes by itself", async () => {
    const desk = await openWebDesk();
    await desk.ticket({ subject: "Known before" });
    const { page, context } = await openPage(desk, { allow: NETWORK });
    await appears(listRow(page, "Known before"));
    await context.setOffline(true);
    await appears(page.getByText("No connection. You see what was loaded last; changes are not possible now."));
    await expectAccessible(page);
    await page.keyboard.press("j");
    await page.keyboard.press("e");
    await appears(page.getByText("Nothing was sent; try again when the connection is back."));
    await appears(listRow(page, "Known before"));
    await desk.ticket({ subject: "While you were away" });
    await context.setOffline(false);
    await disappears(page.getByText("No connection."));
    await appears(listRow(page, "While you were away"), listRow(page, "Known before"));
    expect((await desk.get("/tickets?state=closed")).body).toEqual([]);
  });

  test("what needs code that is not there says so, leaves the screen as it is, and comes once it can", async () => {
    const desk = await openWebDesk();
    const { id } = await desk.ticket({ subject: "Still here" });
    await customerWrites(desk, id, "Where is it?");
    const { page, context } = await openPage(desk, { at: `/inbox/all/t/${id}`, allow: NETWORK });
    await appears(page.getByRole("article"), listRow(page, "Still here"));
    await context.setOffline(true);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("tra");
    await appears(page.getByText("This part could not be loaded"));
    await appears(page.getByText("You typed “tra”, but there was nothing to write it into"));
    await page.getByRole("button", { name: "More actions", exact: true }).click();
    const said = page.getByRole("region", { name: "Messages" }).getByText("This part could not be loaded");
    await expect.poll(async () => await said.count()).toBe(2);
    expect(await page.getByRole("menu").count()).toBe(0);
    await appears(page.getByRole("article"), listRow(page, "Still here"));
    await context.setOffline(false);
    await disappears(page.getByText("No connection."));
    await page.getByRole("button", { name: "More actions", exact: true }).click();
    await appears(page.getByRole("menuitem", { name: /^Merge/ }));
    await page.keyboard.press("Escape");
    await disappears(page.getByRole("menu"));
    await page.keyboard.press("Control+k");
    await appears(page.getByRole("dialog", { name: "Commands" }));
  });

  test("a screen of the settings that is not there is asked for again", async () => {
    const desk = await openWebDesk();
    const { page } = await openPage(desk, { at: "/settings/profile", as: { role: "admin" }, allow: NETWORK });
    await appears(page.getByRole("heading", { name: "Profile", level: 1 }));
    await page.evaluate("sessionStorage.setItem('cantrip.reloaded', String(Date.now()))");
    await page.route(/\/assets\/audit-/, async (route) => await route.abort());
    await page.getByRole("link", { name: "Audit log" }).click();
    await appears(page.getByText("This part could not be loaded"));
    await expectAccessible(page);
    await page.unroute(/\/assets\/audit-/);
    await page.getByRole("button", { name: "Try again" }).click();
    await appears(page.getByRole("heading", { name: "Audit log", level: 1 }));
  });
});
