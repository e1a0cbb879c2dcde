// Takes the pictures of the web app in docs/images anew, of the product as it runs: `node scripts/take-pictures.ts`. Needs Chromium.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { seedDemo } from "../src/cli/demo-data.ts";
import { createUser } from "../src/desk/create-user.ts";
import { openSession } from "../src/desk/sessions.ts";
import { Faults } from "../src/domain/faults.ts";
import { findAccountBySite } from "../src/storage/accounts.ts";
import { openStorage } from "../src/storage/open.ts";
import { launchChromium } from "../test/support/launch-chromium.ts";

const root = join(import.meta.dirname, "..");
const data = mkdtempSync(join(tmpdir(), "cantrip-pictures-"));
const port = 4871;
const baseURL = `http://127.0.0.1:${port}`;
const phone = { viewport: { width: 390, height: 760 }, isMobile: true, hasTouch: true, colorScheme: "dark" } as const;
const fileOf = (name: string): string => join(root, "docs/images", `${name}.png`);

/** A help desk with lifelike tickets, and somebody who is signed in; returns the cookie. */
async function furnish(): Promise<string> {
  const storage = await openStorage({ data, databaseUrl: null });
  const wanted = { site: "acme", tickets: 900, seed: Number(process.argv[2] ?? 5), until: Date.now() };
  await seedDemo(storage, wanted, () => undefined);
  const account = await findAccountBySite(storage.db, wanted.site);
  if (account === undefined) throw new Error("the demo makes its account");
  const cookie = await storage.db.transact(async (tx) => {
    await tx.query.updateTable("accounts").set({ name: "Acme Support" }).where("id", "=", account.id).execute();
    const maria = { first_name: "Maria", last_name: "Keller", email: "maria@acme.example", role: "owner" } as const;
    const { id } = await createUser(tx, account.id, maria, new Faults());
    return await openSession(tx, account.id, id, { address: "127.0.0.1", userAgent: "Pictures" });
  });
  await storage.close();
  return cookie;
}

const cookie = await furnish();
const command = ["bin/cantrip", "serve", "--data", data, "--port", String(port)];
const server = spawn(process.execPath, command, { cwd: root, stdio: "ignore" });
const browser = await launchChromium();
const open = async (options: BrowserContextOptions, at: string): Promise<Page> => {
  const context = await browser.newContext({ baseURL, locale: "en-GB", reducedMotion: "reduce", ...options });
  const flags = { secure: true, httpOnly: true, sameSite: "Lax" as const };
  await context.addCookies([{ name: "__Host-cantrip", value: cookie, domain: "127.0.0.1", path: "/", ...flags }]);
  const page = await context.newPage();
  await page.goto(at);
  return page;
};
try {
  // A first start may build what it serves.
  for (
    let left = 120;
    left > 0 &&
    !(await fetch(`${baseURL}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ));
    left -= 1
  ) {
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const wide = { viewport: { width: 1440, height: 800 } };
  const desk = await open(wide, "/inbox/all");
  // One whose last words are a note of a colleague's.
  await desk.locator("[role=row]").filter({ hasText: "Note by" }).first().click();
  await desk.locator("article").first().waitFor();
  await desk.waitForTimeout(1500);
  await desk.screenshot({ path: fileOf("ticket") });
  const found = await open(wide, `/search?q=${encodeURIComponent("refund is:closed")}`);
  await found.locator("[role=row] a").nth(2).click();
  await found.locator("article").first().waitFor();
  await found.waitForTimeout(1500);
  await found.screenshot({ path: fileOf("search") });
  const list = await open(phone, "/inbox/all");
  const ticket = await open(phone, new URL(desk.url()).pathname);
  await Promise.all([list.locator("[role=row]").first().waitFor(), ticket.locator("article").first().waitFor()]);
  await ticket.waitForTimeout(1500);
  const shots = [await list.screenshot(), await ticket.screenshot()];
  const side = shots.map((shot) => `<img src="data:image/png;base64,${shot.toString("base64")}">`).join("");
  const both = await browser.newPage({ viewport: { width: 840, height: 800 } });
  const look = "body { margin: 20px; display: flex; gap: 20px; background: #e9eaef } img { border-radius: 10px }";
  await both.setContent(`<style>${look}</style>${side}`);
  await both.waitForTimeout(500);
  await both.screenshot({ path: fileOf("phone") });
} finally {
  await browser.close();
  server.kill();
  rmSync(data, { recursive: true, force: true });
}
