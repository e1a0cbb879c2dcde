import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { createUser } from "../../src/desk/create-user.ts";
import { Faults } from "../../src/domain/faults.ts";
import type { UserRole } from "../../src/domain/states.ts";
import type { UserRow } from "../../src/storage/schema.ts";
import { sharedChromium } from "./chromium.ts";
import { type TestDesk, type TestServer, openDesk } from "./test-api.ts";
import { webServer } from "./web-server.ts";

/** An account of a test's own on the server with the web client. */
export async function openWebDesk(on?: TestServer): Promise<TestDesk> {
  return await openDesk({}, on ?? (await webServer()));
}

export interface PageOptions extends BrowserContextOptions {
  /** Where to begin: an address below the server's. */
  at?: string;
  /** Who is signed in: somebody new with this role and name. `null`: nobody. */
  as?: { role?: UserRole; name?: string; inboxIds?: readonly string[]; user?: UserRow } | null;
  /** Console errors, and failed requests, that the test means to cause. */
  allow?: readonly RegExp[];
}

/** A window of a browser with somebody at it. */
export interface WebPage {
  page: Page;
  context: BrowserContext;
  user: UserRow | null;
  /** What went wrong in it so far, in words: checked when the test ends. */
  problems: readonly string[];
}

/**
 * Opens a window of its own, signed in. When the test ends it is closed, and the test fails if anything was written to its
 * console as an error, a page threw, the security policy was violated, or anything of another host was asked for.
 */
export async function openPage(desk: TestDesk, options: PageOptions = {}): Promise<WebPage> {
  const { at = "/", as = {}, allow = [], ...more } = options;
  const browser = await sharedChromium();
  const context = await browser.newContext({
    baseURL: desk.server.url,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
    viewport: { width: 1440, height: 900 },
    ...more,
  });
  const problems = watch(context, new URL(desk.server.url).host, allow);
  onTestFinished(async ({ task }) => {
    if (task.result?.state === "fail") await takePictures(context, task.name);
    await context.close();
    expect(problems, "what went wrong in the browser").toEqual([]);
  });
  const user = as === null ? null : await enter(context, desk, as);
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT);
  await page.goto(at);
  return { page, context, user, problems };
}

/** Long, for a machine that has other things to do. */
const WAIT = 20_000;

async function enter(context: BrowserContext, desk: TestDesk, who: NonNullable<PageOptions["as"]>): Promise<UserRow> {
  const { role = "agent", name, inboxIds = null } = who;
  const user = who.user ?? (name === undefined ? undefined : await addPerson(desk, name, role, inboxIds));
  const signedIn = await desk.signIn({ role, inboxIds, ...(user !== undefined && { user }) });
  const [cookie = "", value = ""] = signedIn.cookie.split("=");
  const { hostname } = new URL(desk.server.url);
  const flags = { secure: true, httpOnly: true, sameSite: "Lax" as const };
  await context.addCookies([{ name: cookie, value, domain: hostname, path: "/", ...flags }]);
  return signedIn.user;
}

/** Adds a colleague: "Ben Okafor" has the address ben.okafor@desk.example. */
export async function addPerson(
  desk: TestDesk,
  name: string,
  role: UserRole = "agent",
  inboxIds: readonly string[] | null = null,
): Promise<UserRow> {
  const [first_name = "", ...rest] = name.split(" ");
  const email = `${name.toLowerCase().replaceAll(" ", ".")}@desk.example`;
  const person = { first_name, last_name: rest.join(" "), email, role, inbox_ids: inboxIds };
  const { db } = desk.server.storage;
  return await db.transact(async (tx) => await createUser(tx, desk.account.id, person, new Faults()));
}

function watch(context: BrowserContext, host: string, allow: readonly RegExp[]): string[] {
  const problems: string[] = [];
  const note = (problem: string): void => {
    if (!allow.some((each) => each.test(problem))) problems.push(problem);
  };
  context.on("console", (message) => {
    // Whether one is signed in is found out by asking.
    const asked = message.text().includes("401") && message.location().url.endsWith("/api/v1/session");
    if (message.type() === "error" && !asked) note(`console: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => note(`page: ${error.error().stack ?? error.error().message}`));
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (/^(https?|wss?|ftp):$/.test(url.protocol) && url.host !== host) note(`another host: ${request.url()}`);
  });
  return problems;
}

async function takePictures(context: BrowserContext, name: string): Promise<void> {
  const folder = join(tmpdir(), "cantrip-failures");
  mkdirSync(folder, { recursive: true });
  for (const [index, page] of context.pages().entries()) {
    const path = join(folder, `${name.replaceAll(/\W+/g, "-").slice(0, 80)}-${index + 1}.png`);
    // oxlint-disable-next-line no-await-in-loop -- one after the other: a machine under load has enough to do
    const taken = await page.screenshot({ path, timeout: 5000 }).catch(() => null);
    if (taken !== null) process.stderr.write(`picture of the failure: ${path}\n`);
  }
}

/** Waits until it is seen. */
export async function appears(...locators: readonly Locator[]): Promise<void> {
  await Promise.all(locators.map(async (each) => await each.first().waitFor({ state: "visible" })));
}

/** Waits until it is no longer seen. */
export async function disappears(...locators: readonly Locator[]): Promise<void> {
  await Promise.all(locators.map(async (each) => await each.first().waitFor({ state: "hidden" })));
}

/** The rows of the list of tickets, and one of them by words in it. */
export function listRow(page: Page, words: string | RegExp): Locator {
  return page.getByRole("grid").getByRole("row").filter({ hasText: words });
}
