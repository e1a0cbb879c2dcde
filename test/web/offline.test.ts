import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { appears, disappears, listRow, openPage, openWebDesk } from "../support/web-desk.ts";

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
});
