import type { Page } from "playwright-core";
import { test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { addPerson, appears, disappears, openPage, openWebDesk } from "../support/web-desk.ts";
import { customerWrites, maryAnswers } from "../support/web-ticket.ts";

type Step = readonly [name: string, open: (page: Page) => Promise<void>];

const press =
  (keys: string) =>
  async (page: Page): Promise<void> =>
    await page.keyboard.press(keys);
const click =
  (...names: readonly (string | RegExp)[]) =>
  async (page: Page): Promise<void> => {
    const [first = "", ...items] = names;
    await page
      .getByRole("button", { name: first, exact: typeof first === "string" })
      .first()
      .click();
    for (const name of items) {
      await page.getByRole("menuitem", { name }).click();
      // A menu that still goes is none that an Escape is for: that would be the ticket's.
      await disappears(page.getByRole("menu"));
    }
  };

const ON_A_TICKET: readonly Step[] = [
  ["assigning", press("i")],
  ["labels", press("l")],
  ["moving", press("v")],
  ["snoozing", press("s")],
  ["the menu of the ticket", click("More actions")],
  ["merging", click("More actions", /^Merge/)],
  ["the menu of a message", click("Message actions")],
  ["the order of the list", click("Order")],
  ["one's own menu", click(/Ada Byron/)],
  ["the palette", press("Control+k")],
  ["the keys", press("?")],
];

async function walk(page: Page, steps: readonly Step[]): Promise<void> {
  const floats = page.locator("dialog[open], [role=dialog], [role=menu], [role=listbox]").first();
  for (const [name, open] of steps) {
    try {
      await open(page);
      await appears(floats);
      await expectAccessible(page);
      await page.keyboard.press("Escape");
      await disappears(floats);
    } catch (error) {
      throw new Error(`${name}: ${error instanceof Error ? error.message : ""}`, { cause: error });
    }
  }
}

inChromium("whatever floats over a screen", () => {
  test.each(["light", "dark"] as const)("is one that axe finds nothing on, %s", async (colorScheme) => {
    const desk = await openWebDesk();
    await addPerson(desk, "Ben Okafor");
    await desk.post("/labels", { name: "urgent", color: "red" });
    const ticket = await desk.ticket({ subject: "All of it" });
    await desk.ticket({ subject: "Another one" });
    await customerWrites(desk, ticket.id, "Where is it?");
    await maryAnswers(desk, ticket.id, "On its way");
    const as = { role: "owner", name: "Ada Byron" } as const;
    const { page } = await openPage(desk, { at: `/inbox/all/t/${ticket.id}`, as, colorScheme });
    await appears(page.getByRole("article").first(), page.getByRole("button", { name: "Reply", exact: true }));
    await walk(page, ON_A_TICKET);
  });
});
