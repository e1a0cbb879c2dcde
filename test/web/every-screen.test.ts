import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import type { TestDesk } from "../support/test-api.ts";
import { addPerson, appears, openPage, openWebDesk } from "../support/web-desk.ts";

/** A desk with one of everything, long names among it; returns where its screens are. */
async function furnish(desk: TestDesk) {
  await addPerson(desk, "Bartholomew-Maximilian Featherstonehaugh-Cholmondeley");
  const { body: label } = await desk.post("/labels", { name: "needs an answer by tomorrow", color: "amber" });
  const customer = {
    first_name: "ليلى",
    last_name: "حداد",
    contacts: [{ type: "email", value: "leyla@customers.example" }],
  };
  const ticket = await desk.ticket({ subject: "مرحبا، أين طلبي؟", customer });
  await desk.ask("PUT", `/tickets/${ticket.id}/labels/${label.id}`);
  const messages = [
    {
      type: "reply",
      direction: "in",
      from: "leyla@customers.example",
      body: "<p>Hello <b>there</b></p>",
      htmlized: true,
    },
    { type: "note", user_id: desk.user.id, body: "Look into this, please" },
    { type: "reply", direction: "in", from: "leyla@customers.example", body: "> quoted\n\nAny news?" },
  ];
  for (const message of messages) await desk.post(`/tickets/${ticket.id}/messages`, message);
  return { ticket, customerId: ticket.customer_id as string };
}

async function settled(page: Page): Promise<void> {
  await appears(page.getByRole("main"));
  await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
  await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
}

const fits = "document.documentElement.scrollWidth <= innerWidth";

inChromium("every screen", () => {
  test.each([
    ["light", 1440],
    ["dark", 360],
  ] as const)(
    "is one that axe finds nothing on and that fits its window, %s at %i px",
    async (colorScheme, width) => {
      const desk = await openWebDesk();
      const { ticket, customerId } = await furnish(desk);
      const { page } = await openPage(desk, {
        at: "/signin",
        as: { role: "owner", name: "Ada Byron" },
        colorScheme,
        viewport: { width, height: 800 },
      });
      const visit = async (path: string): Promise<void> => {
        await page.goto(path);
        await settled(page);
        expect([path, await page.evaluate(fits)]).toEqual([path, true]);
        await expectAccessible(page).catch((error: unknown) => {
          throw new Error(`${path}: ${error instanceof Error ? error.message : ""}`, { cause: error });
        });
      };
      await visit(`/inbox/all/t/${ticket.id}`);
      await page.getByRole("button", { name: "Reply", exact: true }).first().click();
      await appears(page.getByRole("textbox", { name: "Reply", exact: true }));
      await expectAccessible(page);
      await visit("/customers");
      await visit(`/customers/${customerId}`);
      await visit("/settings");
      const links = await page
        .locator("a[href^='/settings/']")
        .evaluateAll((all) => all.map((each) => each.getAttribute("href") ?? ""));
      expect(links.length).toBeGreaterThan(5);
      for (const path of new Set(links)) await visit(path);
    },
    240_000,
  );
});
