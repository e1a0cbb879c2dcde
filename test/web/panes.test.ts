import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { inChromium } from "../support/chromium.ts";
import type { TestDesk } from "../support/test-api.ts";
import { appears, disappears, openWebDesk } from "../support/web-desk.ts";
import { customerWrites, openTicket } from "../support/web-ticket.ts";

const widthOf = async (pane: Locator): Promise<number> => Math.round((await pane.boundingBox())?.width ?? 0);

function panes(page: Page) {
  return {
    rail: page.getByRole("navigation", { name: "Navigation" }),
    list: page.locator("#list-pane"),
    ticket: page.getByRole("region", { name: "Ticket", exact: true }),
    customer: page.getByRole("region", { name: "Customer", exact: true }),
    toggle: page.getByRole("button", { name: "Customer", exact: true }),
  };
}

async function ticketOf(desk: TestDesk): Promise<string> {
  const { id } = await desk.ticket({ subject: "Room to read" });
  await customerWrites(desk, id, "Where is it?");
  return id;
}

inChromium("the panes", () => {
  test("leave the ticket room for its text at every width, and nothing stands beside what does not fit", async () => {
    const desk = await openWebDesk();
    const { page } = await openTicket(desk, await ticketOf(desk), { viewport: { width: 1440, height: 800 } });
    const { rail, list, ticket, customer } = panes(page);
    await appears(customer);
    for (const [width, listWidth, least] of [
      [1440, 360, 560],
      [1399, 360, 560],
      [1280, 360, 560],
      [1100, 340, 520],
      [1099, 340, 700],
      [900, 340, 540],
      [720, 300, 400],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await page.setViewportSize({ width, height: 800 });
      // oxlint-disable-next-line no-await-in-loop
      await expect.poll(async () => [width, await widthOf(list)]).toEqual([width, listWidth]);
      // oxlint-disable-next-line no-await-in-loop
      expect([width, await widthOf(ticket)]).toEqual([width, expect.toSatisfy((wide: number) => wide >= least)]);
      // oxlint-disable-next-line no-await-in-loop
      expect([width, await customer.isVisible()]).toEqual([width, width >= 1400]);
      // oxlint-disable-next-line no-await-in-loop
      expect([width, await rail.isVisible()]).toEqual([width, width >= 1100]);
    }
  });

  test("are as one has chosen: the rail gives way to a customer who was asked for, unless it was asked for too", async () => {
    const desk = await openWebDesk();
    const { page } = await openTicket(desk, await ticketOf(desk), { viewport: { width: 1280, height: 800 } });
    const { rail, ticket, customer, toggle } = panes(page);
    await disappears(customer);
    expect(await widthOf(rail)).toBe(224);
    await toggle.click();
    await appears(customer);
    await expect.poll(async () => await widthOf(rail)).toBe(52);
    expect(await widthOf(ticket)).toBeGreaterThan(560);
    await page.reload();
    await appears(customer);
    expect(await widthOf(rail)).toBe(52);
    await page.getByRole("button", { name: "Show or hide names" }).click();
    await expect.poll(async () => await widthOf(rail)).toBe(224);
    await page.reload();
    await appears(customer);
    expect(await widthOf(rail)).toBe(224);
    await toggle.click();
    await disappears(customer);
    // Where there is room it is hidden only where it was hidden by hand.
    await page.setViewportSize({ width: 1440, height: 800 });
    await appears(customer);
    await toggle.click();
    await disappears(customer);
    await page.reload();
    await appears(ticket);
    expect(await customer.count()).toBe(0);
  });

  test("keep the width to which the list was drawn, until a double press gives it back", async () => {
    const desk = await openWebDesk();
    const { page } = await openTicket(desk, await ticketOf(desk), { viewport: { width: 1280, height: 800 } });
    const { list } = panes(page);
    const line = page.getByRole("separator", { name: "Width of the list" });
    await line.focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    await expect.poll(async () => await widthOf(list)).toBe(408);
    await page.setViewportSize({ width: 1100, height: 800 });
    await page.reload();
    await appears(list);
    expect(await widthOf(list)).toBe(408);
    await line.dblclick();
    await expect.poll(async () => await widthOf(list)).toBe(340);
    await page.setViewportSize({ width: 1280, height: 800 });
    await expect.poll(async () => await widthOf(list)).toBe(360);
  });
});
