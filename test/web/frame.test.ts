import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { appears, listRow, openPage, openWebDesk } from "../support/web-desk.ts";

inChromium("the frame", () => {
  test("shows an agent the unassigned tickets, and how many there are", async () => {
    const desk = await openWebDesk();
    await desk.ticket({ subject: "The printer is on fire" });
    await desk.ticket({ subject: "Where is my order?" });
    const { page } = await openPage(desk);
    await appears(listRow(page, "The printer is on fire"), listRow(page, "Where is my order?"));
    expect(new URL(page.url()).pathname).toBe("/inbox/unassigned");
    const rail = page.getByRole("navigation");
    await appears(rail.getByRole("link", { name: /Unassigned.*2/ }));
    await expectAccessible(page);
  });
});
