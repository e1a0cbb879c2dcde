import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { inChromium } from "../support/chromium.ts";
import { appears, disappears, listRow, openPage, openWebDesk } from "../support/web-desk.ts";

/** The client itself waits until the returned function is called: what is seen before is what is drawn early. */
async function holdClient(page: Page): Promise<() => void> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\/assets\/libraries-/, async (route) => {
    await released;
    await route.continue();
  });
  return () => release();
}

/** What is drawn early is for the eyes only, so that no role finds it. */
const early = (page: Page) => page.locator("#early");
const looks = async (page: Page, row: string): Promise<unknown> =>
  await page.locator(row).evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    const parts = [...element.querySelectorAll("time, svg, bdi")].map((part) => {
      const box = part.getBoundingClientRect();
      return [
        part.textContent,
        Math.round(box.x),
        Math.round(box.y),
        Math.round(box.width),
        getComputedStyle(part).color,
      ];
    });
    return { box: [x, y, width, height], text: element.textContent, parts };
  });

const SIZES = [
  { name: "on a desk", viewport: { width: 1440, height: 900 } },
  { name: "on a tablet", viewport: { width: 900, height: 900 } },
  { name: "on a phone", viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
];

inChromium("the first list", () => {
  for (const { name, ...size } of SIZES) {
    test(`can be read before the client is there, ${name}, and stays as it is when the client comes`, async () => {
      const desk = await openWebDesk();
      const { id } = await desk.ticket({ subject: "Kettle <b>does</b> not & boil" });
      await desk.post(`/tickets/${id}/messages`, {
        type: "reply",
        direction: "in",
        body: "It hums",
        from: "ruby@customers.example",
      });
      await desk.ticket({ subject: "تصليح الغلاية" });
      const { page } = await openPage(desk, { at: "/signin", ...size });
      const release = await holdClient(page);
      await page.goto("/inbox/unassigned", { waitUntil: "commit" });
      await appears(early(page).getByText("Kettle <b>does</b> not & boil"), early(page).getByText("تصليح الغلاية"));
      const before = [await looks(page, "[data-at='0']"), await looks(page, "[data-at='1']")];
      expect(await page.getByRole("row").count()).toBe(0);
      release();
      await appears(listRow(page, "Kettle"));
      await expect.poll(async () => await early(page).count()).toBe(0);
      expect([await looks(page, "[data-at='0']"), await looks(page, "[data-at='1']")]).toEqual(before);
    });
  }

  test("is asked for once, also where the address does not say whose it is", async () => {
    const desk = await openWebDesk();
    const { page, user } = await openPage(desk, { at: "/signin", as: { name: "Ada Byron" } });
    await desk.ticket({ subject: "Mine alone", user_id: user?.id });
    const asked: string[] = [];
    page.on("request", (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname === "/api/v1/tickets" && searchParams.get("per_page") === "50") asked.push(request.url());
    });
    const release = await holdClient(page);
    await page.goto("/inbox/mine", { waitUntil: "commit" });
    await appears(early(page).getByText("Mine alone"));
    release();
    await appears(listRow(page, "Mine alone"));
    expect(asked).toHaveLength(1);
  });

  test("is in the reader's language, and a ticket in it opens before the client is there", async () => {
    const desk = await openWebDesk();
    const { id } = await desk.ticket({ subject: "Zu später Stunde" });
    const { page } = await openPage(desk, { at: "/signin", locale: "de-DE" });
    const release = await holdClient(page);
    await page.goto("/inbox/all", { waitUntil: "commit" });
    await early(page).getByText("Zu später Stunde").click();
    release();
    await page.waitForURL(`**/t/${id}`);
    await appears(page.getByRole("region", { name: "Ticket", exact: true }));
  });

  test("keeps the keys that are pressed before the client is there, which takes them in their order", async () => {
    const desk = await openWebDesk();
    await desk.ticket({ subject: "The third" });
    const { id } = await desk.ticket({ subject: "The second" });
    await desk.ticket({ subject: "The first" });
    const { page } = await openPage(desk, { at: "/signin" });
    const begin = async (): Promise<() => void> => {
      const release = await holdClient(page);
      await page.goto("/inbox/all", { waitUntil: "commit" });
      await appears(early(page).getByText("The second"));
      return release;
    };
    let release = await begin();
    for (const key of ["j", "j", "j", "k", "Enter"]) await page.keyboard.press(key);
    release();
    await page.waitForURL(`**/t/${id}`);
    await appears(page.getByRole("region", { name: "Conversation" }));

    release = await begin();
    await page.keyboard.type("/second hand");
    for (const key of ["Backspace", "Backspace", "Backspace", "Backspace", "Backspace"]) await page.keyboard.press(key);
    release();
    const field = page.getByRole("combobox", { name: "Search tickets" });
    await expect.poll(async () => await field.inputValue()).toBe("second");
    await page.keyboard.type("s");
    expect(await field.inputValue()).toBe("seconds");

    release = await begin();
    await page.keyboard.press("?");
    release();
    await appears(page.getByRole("dialog", { name: "Keys" }));
    await page.keyboard.press("Escape");
    await disappears(page.getByRole("dialog"));
    // Nothing holds keys back any more.
    await page.keyboard.press("g");
    await page.keyboard.press("m");
    await appears(page.getByRole("heading", { name: /^Mine/ }));
  });

  test("has its keys taken also by a browser that has no time to draw", async () => {
    const desk = await openWebDesk();
    const { id } = await desk.ticket({ subject: "The second" });
    await desk.ticket({ subject: "The first" });
    const { page } = await openPage(desk, { at: "/signin" });
    const release = await holdClient(page);
    await page.goto("/inbox/all", { waitUntil: "commit" });
    await appears(early(page).getByText("The second"));
    await page.evaluate(() => void (globalThis.requestAnimationFrame = () => 0));
    for (const key of ["j", "j", "Enter"]) await page.keyboard.press(key);
    release();
    await page.waitForURL(`**/t/${id}`);
  });

  test("waits for the client where more than a list is asked for, and where nobody is signed in", async () => {
    const desk = await openWebDesk();
    const { id } = await desk.ticket({ subject: "Opened at once" });
    const { page } = await openPage(desk, { at: `/inbox/all/t/${id}` });
    await appears(listRow(page, "Opened at once"));
    const { page: search } = await openPage(desk, { at: "/search?q=opened" });
    await appears(listRow(search, "Opened at once"));
    const stranger = await openPage(desk, { at: "/inbox/all", as: null, allow: [/401 .*session\)/] });
    await appears(stranger.page.getByRole("button", { name: "Sign in", exact: true }));
    for (const each of [page, search, stranger.page]) expect(await early(each).count()).toBe(0);
  });
});
