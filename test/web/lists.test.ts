import { expect, test } from "vitest";
import { seedDemo } from "../../src/cli/demo-data.ts";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { appears, disappears, listRow, openPage, openWebDesk } from "../support/web-desk.ts";

inChromium("a list", () => {
  test("shows an agent the unassigned tickets, and how many there are", async () => {
    const desk = await openWebDesk();
    await desk.ticket({ subject: "The printer is on fire" });
    await desk.ticket({ subject: "Where is my order?" });
    const { page } = await openPage(desk);
    await appears(listRow(page, "The printer is on fire"), listRow(page, "Where is my order?"));
    expect(new URL(page.url()).pathname).toBe("/inbox/unassigned");
    await appears(page.getByRole("navigation").getByRole("link", { name: /Unassigned.*2/ }));
    await appears(page.getByRole("main"));
    await expectAccessible(page);
  });

  test("is reached by every folder, inbox and label of the rail, each with what it is for when it is empty", async () => {
    const desk = await openWebDesk();
    await desk.post("/labels", { name: "billing", color: "green" });
    const { page } = await openPage(desk);
    const rail = page.getByRole("navigation");
    for (const [link, words] of [
      ["Mine", "You are done"],
      ["Mentions", "Nobody asked for you"],
      ["Drafts", "No drafts"],
      ["Snoozed", "Nothing is snoozed"],
      ["Closed", "Nothing is closed yet"],
      ["On hold", "Nothing is on hold"],
      ["All", "No tickets yet"],
      ["Spam", "No spam"],
      ["Trash", "The trash is empty"],
      ["Support", "Nothing open in this inbox"],
      ["billing", "No ticket has this label"],
      ["Unassigned", "Nothing waits for somebody"],
    ] as const) {
      await rail.getByRole("link", { name: link, exact: true }).click();
      await appears(page.getByText(words));
    }
    await expectAccessible(page);
  });

  test("of many tickets draws only those that are seen, and keeps its place over a ticket, back, and a reload", async () => {
    const desk = await openWebDesk();
    await seedDemo(desk.server.storage, { site: desk.account.site, tickets: 600, seed: 3 }, () => undefined);
    const { page } = await openPage(desk, { at: "/inbox/all" });
    const grid = page.getByRole("grid", { name: "Tickets" });
    await appears(grid);
    const total = Number(await grid.getAttribute("aria-rowcount"));
    expect(total).toBeGreaterThan(500);
    await grid.evaluate((element) => (element.scrollTop = 12_000));
    await appears(grid.locator("[aria-rowindex='205'] a"));
    expect(await grid.getByRole("row").count()).toBeLessThan(60);
    const row = grid.locator("[aria-rowindex='205']");
    const name = (await row.getAttribute("aria-label")) ?? "";
    await row.click();
    await page.waitForURL(/\/t\//);
    await page.goBack();
    await page.waitForURL(/\/inbox\/all$/);
    const top = async (): Promise<number> => await grid.evaluate((element) => element.scrollTop);
    expect(await top()).toBe(12_000);
    await page.reload();
    await appears(grid.locator("[aria-rowindex='205'] a"));
    expect(await top()).toBe(12_000);
    expect(await row.getAttribute("aria-label")).toBe(name);
    await grid.focus();
    await page.keyboard.press("End");
    await appears(grid.locator(`[aria-rowindex='${total}'] a`));
  });

  test("is sorted as the address says, which a reload keeps", async () => {
    const desk = await openWebDesk();
    for (const subject of ["First", "Second", "Third"]) {
      await desk.ticket({ subject });
    }
    const { page } = await openPage(desk);
    const subjects = async (): Promise<string[]> =>
      (await page.getByRole("grid").getByRole("row").allInnerTexts()).map(
        (text) => /First|Second|Third/.exec(text)?.[0] ?? "",
      );
    await expect.poll(subjects).toEqual(["Third", "Second", "First"]);
    await page.getByRole("button", { name: "Order" }).click();
    await page.getByRole("menuitemradio", { name: "Oldest ticket" }).click();
    await expect.poll(subjects).toEqual(["First", "Second", "Third"]);
    await page.reload();
    await expect.poll(subjects).toEqual(["First", "Second", "Third"]);
  });

  test("shows more of a row under the pointer, and under the keys, without opening it", async () => {
    const desk = await openWebDesk();
    const first = await desk.ticket({ subject: "Peek at me" });
    await desk.post(`/tickets/${first.id}/messages`, {
      type: "note",
      body: "The key is under the mat",
      user_id: desk.user.id,
    });
    await desk.ticket({ subject: "Another one" });
    const { page } = await openPage(desk);
    const peek = page.getByRole("region", { name: "Last messages" });
    await listRow(page, "Peek at me").hover();
    await appears(peek.getByText("The key is under the mat"));
    await page.mouse.move(900, 800);
    await disappears(peek);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("p");
    await appears(peek);
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await disappears(peek);
    await listRow(page, "Peek at me").click();
    await page.waitForTimeout(1200);
    expect(await peek.count()).toBe(0);
  });

  test("that cannot be loaded says so, and is there when it is tried again", async () => {
    const desk = await openWebDesk();
    await desk.ticket({ subject: "Still here" });
    const { page } = await openPage(desk, { at: "/signin", as: {}, allow: [/status of 500/] });
    let broken = true;
    await page.route(/\/api\/v1\/tickets\?/, async (route) =>
      broken ? await route.fulfill({ status: 500 }) : await route.continue(),
    );
    await page.goto("/inbox/unassigned");
    await appears(page.getByText("The list could not be loaded"));
    await expectAccessible(page);
    broken = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await appears(listRow(page, "Still here"));
  });

  test("of an inbox that one has no access to says so, and is not offered", async () => {
    const desk = await openWebDesk();
    const { body: other } = await desk.post("/inboxes", { name: "Board", address: "board@desk.example" });
    await desk.ticket({ subject: "Not for you", inbox_id: other.id });
    const { page } = await openPage(desk, { at: `/inbox/i/${other.id}`, as: { inboxIds: [desk.inbox.id] } });
    await appears(page.getByText("You may not see this list"));
    expect(await page.getByRole("link", { name: "Board" }).count()).toBe(0);
    await page.goto("/inbox/all");
    await appears(page.getByText("No tickets yet"));
    await page.goto("/inbox/l/000000000000000000000000");
    await appears(page.getByText("This list is no longer there"));
    await expectAccessible(page);
  });

  test("bears long names, forty labels and writing from right to left at any width", async () => {
    const desk = await openWebDesk();
    const long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
    const made = await Promise.all(
      Array.from(
        { length: 40 },
        async (_, index) => await desk.post("/labels", { name: index === 0 ? long : `label number ${index}` }),
      ),
    );
    const labels = made.map(({ body }) => body.id as string);
    await desk.ticket({ subject: long, customer: { first_name: long, last_name: long } });
    const rtl = await desk.ticket({ subject: "مرحبا، أين طلبي؟", customer: { first_name: "ליאור", last_name: "כהן" } });
    await desk.ask("PUT", `/tickets/${rtl.id}/labels/${labels.join(",")}`);
    await desk.post("/inboxes", { name: long, address: "long@desk.example" });
    for (const width of [1440, 900, 360]) {
      const { page } = await openPage(desk, { viewport: { width, height: 740 } });
      await appears(listRow(page, "مرحبا"));
      const [content, window] = await page.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, innerWidth]",
      );
      expect(content).toBeLessThanOrEqual(window);
      await expectAccessible(page);
    }
  });

  test("tells the time in the reader's own zone", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket({ subject: "What time is it?" });
    for (const timezoneId of ["Pacific/Auckland", "America/New_York"]) {
      const { page } = await openPage(desk, { timezoneId });
      const wanted = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: timezoneId }).format(
        new Date(ticket.updated_at),
      );
      await appears(listRow(page, "What time is it?").getByText(wanted));
    }
  });
});
