import { expect, test } from "vitest";
import { inChromium } from "../support/chromium.ts";
import { appears, disappears, listRow, openPage, openWebDesk } from "../support/web-desk.ts";

inChromium("two colleagues at once", () => {
  test("see new mail come and counts move by themselves, also in the window's title", async () => {
    const desk = await openWebDesk();
    const { page } = await openPage(desk, { as: { name: "Ada Byron" } });
    const other = await openPage(desk, { as: { name: "Ben Okafor" } });
    await appears(page.getByText("Nothing waits for somebody"), other.page.getByText("Nothing waits for somebody"));
    const ticket = await desk.ticket({ subject: "Fresh from the post" });
    await desk.post(`/tickets/${ticket.id}/messages`, {
      type: "reply",
      direction: "in",
      body: "Good morning",
      from: "ruby@customers.example",
    });
    await appears(listRow(page, "Fresh from the post"), listRow(other.page, "Fresh from the post"));
    await expect.poll(async () => await page.title()).toMatch(/^\(1\) Unassigned/);
    await other.page.keyboard.press("j");
    await other.page.keyboard.press("e");
    await appears(other.page.getByText("Ticket closed"));
    await disappears(listRow(page, "Fresh from the post"));
    await appears(page.getByRole("navigation").getByRole("link", { name: "Unassigned", exact: true }));
    await expect.poll(async () => await page.title()).toMatch(/^Unassigned/);
  });

  test("see who else is looking at a ticket, and no longer once they have left", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket({ subject: "Look together" });
    const at = `/inbox/all/t/${ticket.id}`;
    const { page } = await openPage(desk, { at, as: { name: "Ada Byron" } });
    const other = await openPage(desk, { at, as: { name: "Ben Okafor" } });
    await appears(page.getByText(/Ben Okafor/).first(), other.page.getByText(/Ada Byron/).first());
    await other.page.close();
    await disappears(page.getByText(/Ben Okafor/).first());
  });

  test("see a label, an inbox and a colleague that somebody has just added", async () => {
    const desk = await openWebDesk();
    const { page } = await openPage(desk);
    await appears(page.getByText("Nothing waits for somebody"));
    await desk.post("/labels", { name: "brand new" });
    await desk.post("/inboxes", { name: "Second inbox", address: "second@desk.example" });
    await appears(page.getByRole("link", { name: "brand new" }), page.getByRole("link", { name: "Second inbox" }));
  });

  test("miss nothing while the computer sleeps: the stream goes on where it stopped", async () => {
    const desk = await openWebDesk();
    const { page } = await openPage(desk, { allow: [/ERR_/, /status of 503/] });
    await appears(page.getByText("Nothing waits for somebody"));
    // As after a sleep: the connection is gone, and every try to make another fails until one is awake.
    const asked: (string | undefined)[] = [];
    let asleep = true;
    await page.route("**/api/v1/stream", async (route) => {
      asked.push(route.request().headers()["last-event-id"]);
      await (asleep ? route.abort() : route.continue());
    });
    const session = await page.context().newCDPSession(page);
    await session.send("Network.emulateNetworkConditions", {
      offline: true,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
    for (let number = 1; number <= 3; number += 1) {
      await desk.ticket({ subject: `Overnight ${number}` });
    }
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
    asleep = false;
    await page.evaluate("dispatchEvent(new Event('online'))");
    await appears(listRow(page, "Overnight 1"), listRow(page, "Overnight 2"), listRow(page, "Overnight 3"));
  });

  test("are told by the browser of mail that concerns them, while nobody looks at the window", async () => {
    const desk = await openWebDesk();
    const { page, context } = await openPage(desk, { at: "/signin", permissions: ["notifications"] });
    await context.addInitScript(`
      localStorage.setItem("cantrip.notify", "on");
      globalThis.told = [];
      const shown = globalThis.Notification;
      globalThis.Notification = class extends EventTarget {
        static permission = "granted";
        constructor(title, { body }) { super(); globalThis.told.push(title + ": " + body); }
      };
      Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
    `);
    await page.goto("/inbox/closed");
    await appears(page.getByText("Nothing is closed yet"));
    const ticket = await desk.ticket({
      subject: "Please call me",
      customer: { first_name: "Ruby", last_name: "Miller" },
    });
    await desk.post(`/tickets/${ticket.id}/messages`, {
      type: "reply",
      direction: "in",
      body: "It is urgent",
      from: "ruby@customers.example",
      from_name: "Ruby Miller",
    });
    await expect.poll(async () => await page.evaluate("told")).toEqual(["Ruby Miller: Please call me\nIt is urgent"]);
  });
});
