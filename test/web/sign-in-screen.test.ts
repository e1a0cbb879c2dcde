import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { createUser } from "../../src/desk/create-user.ts";
import { Faults } from "../../src/domain/faults.ts";
import { hashPassword } from "../../src/domain/passwords.ts";
import { setClock } from "../../src/domain/time.ts";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import type { TestDesk } from "../support/test-api.ts";
import { appears, openPage, openWebDesk } from "../support/web-desk.ts";

const PASSWORD = "correct horse battery";
let hash: Promise<string> | undefined;
let people = 0;

/** Somebody with a password; returns their address. */
async function person(desk: TestDesk): Promise<string> {
  hash ??= hashPassword(PASSWORD);
  const password_hash = await hash;
  people += 1;
  const email = `web-${people}@desk.example`;
  await desk.server.storage.db.transact(
    async (tx) => await createUser(tx, desk.account.id, { first_name: "Ada", email, password_hash }, new Faults()),
  );
  return email;
}

async function signIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

inChromium("signing in", () => {
  test("leads to where one wanted to go, with a cookie that no script and no other site can use", async () => {
    const desk = await openWebDesk();
    const email = await person(desk);
    const { page, context } = await openPage(desk, { as: null, at: "/inbox/closed" });
    await appears(page.getByRole("heading", { name: "Sign in" }));
    await expectAccessible(page);
    await signIn(page, email);
    await appears(page.getByRole("heading", { name: /^Closed/ }));
    expect(new URL(page.url()).pathname).toBe("/inbox/closed");
    expect(await context.cookies()).toMatchObject([
      { name: "__Host-cantrip", httpOnly: true, secure: true, sameSite: "Lax", path: "/" },
    ]);
    expect(await page.evaluate("document.cookie")).toBe("");
  });

  test("says what was wrong, keeps what was typed, and makes those wait who try again and again", async () => {
    const desk = await openWebDesk();
    const email = await person(desk);
    const { page } = await openPage(desk, { as: null, at: "/signin", allow: [/status of (401|429)/] });
    await signIn(page, email, "wrong password");
    await appears(page.getByRole("alert").getByText("The email address or the password is wrong."));
    expect(await page.getByLabel("Email").inputValue()).toBe(email);
    await expectAccessible(page);
    // The clock stands still, so that the wait is not over before it is looked at.
    const moment = Date.now();
    setClock(() => moment);
    onTestFinished(() => setClock());
    for (let tries = 0; tries < 8; tries += 1) {
      await desk.bare.post(
        "/session",
        { email, password: "wrong" },
        { "X-Cantrip-Client": "web", Origin: desk.server.url },
      );
    }
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await appears(page.getByRole("alert").getByText(/Too many tries\. Wait \d+ seconds?\./));
  });

  test("is asked for again when the session has ended, and leads back", async () => {
    const desk = await openWebDesk();
    const email = await person(desk);
    const { page, context } = await openPage(desk, { at: "/inbox/mine", allow: [/status of 401/] });
    await appears(page.getByRole("heading", { name: /^Mine/ }));
    await context.clearCookies();
    await page.keyboard.press("g");
    await page.keyboard.press("s");
    await appears(page.getByRole("heading", { name: "Sign in" }));
    await signIn(page, email);
    await appears(page.getByRole("heading", { name: /^Snoozed/ }));
  });

  test("leads only to addresses of this client, whatever a link says", async () => {
    const desk = await openWebDesk();
    const email = await person(desk);
    const { page } = await openPage(desk, { as: null, at: "/signin?next=//evil.example/inbox" });
    await signIn(page, email);
    await appears(page.getByRole("heading", { name: /^Unassigned/ }));
    expect(new URL(page.url()).host).toBe(new URL(desk.server.url).host);
  });

  test("signs out from the menu, and what was read is gone", async () => {
    const desk = await openWebDesk();
    await desk.ticket({ subject: "A secret plan" });
    const { page } = await openPage(desk, { as: { name: "Ben Okafor" } });
    await appears(page.getByRole("row", { name: /A secret plan/ }));
    await page.getByRole("button", { name: /Ben Okafor/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await appears(page.getByRole("heading", { name: "Sign in" }));
    await page.goBack();
    await appears(page.getByRole("heading", { name: "Sign in" }));
    expect(await page.getByText("A secret plan").count()).toBe(0);
  });
});

inChromium("a page of somebody else", () => {
  /** A page on another port of the same host, which the browser counts as the same site: cookies go along. */
  async function serveHostile(html: string): Promise<string> {
    const server = createServer((_request, response) => response.setHeader("Content-Type", "text/html").end(html));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  test("cannot write with the session of who looks at it, by form or by script", async () => {
    const desk = await openWebDesk();
    const { page, context } = await openPage(desk, { allow: [/./] });
    await appears(page.getByRole("heading", { name: /^Unassigned/ }));
    const target = `${desk.server.url}/api/v1/labels`;
    const url = await serveHostile(`<!doctype html>
      <iframe name="hole"></iframe>
      <form method="post" action="${target}" enctype="text/plain" target="hole"><input name='{"name":"By form","x":"' value='"}'></form>
      <script>
        document.forms[0].submit();
        const how = { method: "POST", credentials: "include", body: '{"name":"By script"}' };
        fetch("${target}", { ...how, mode: "no-cors" }).catch(() => 0);
        fetch("${target}", { ...how, headers: { "Content-Type": "application/json", "X-Cantrip-Client": "web" } }).catch(() => 0);
        fetch("${target}", { credentials: "include" }).then((r) => r.text()).then((t) => { document.title = "read " + t; }, () => { document.title = "refused"; });
      </script>`);
    const other = await context.newPage();
    const asked = other.waitForResponse(
      (response) => response.url() === target && response.request().method() === "POST",
    );
    await other.goto(url, { waitUntil: "commit" });
    expect((await asked).status()).toBeGreaterThanOrEqual(400);
    await expect.poll(async () => await other.title()).toBe("refused");
    expect((await desk.get("/labels")).body).toEqual([]);
  });

  test("cannot show the client in a frame", async () => {
    const desk = await openWebDesk();
    const { page, context } = await openPage(desk, { allow: [/./] });
    await appears(page.getByRole("heading", { name: /^Unassigned/ }));
    const other = await context.newPage();
    await other.goto(await serveHostile(`<!doctype html><iframe src="${desk.server.url}/inbox/all"></iframe>`));
    await other.waitForTimeout(500);
    expect(await other.frameLocator("iframe").getByRole("navigation").count()).toBe(0);
  });

  test("finds no way to run a script of its own in ours: the policy stops what is written into the page", async () => {
    const desk = await openWebDesk();
    const { page } = await openPage(desk, { allow: [/Content Security Policy/] });
    await appears(page.getByRole("heading", { name: /^Unassigned/ }));
    const ran = await page.evaluate(async () => {
      // oxlint-disable-next-line no-explicit-any -- the tests know no DOM
      const { document } = globalThis as unknown as { document: any };
      const script = document.createElement("script");
      script.textContent = "globalThis.ran = 'inline'";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", `<img src="x:" onerror="globalThis.ran = 'handler'">`);
      const link = document.createElement("a");
      link.href = "javascript:globalThis.ran='link'";
      document.body.append(link);
      link.click();
      await new Promise((resolve) => setTimeout(resolve, 300));
      return (globalThis as { ran?: string }).ran ?? null;
    });
    expect(ran).toBeNull();
  });
});
