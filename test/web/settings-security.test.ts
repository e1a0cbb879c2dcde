import { TOTP } from "otpauth";
import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { createUser } from "../../src/desk/create-user.ts";
import { Faults } from "../../src/domain/faults.ts";
import { hashPassword } from "../../src/domain/passwords.ts";
import type { UserRow } from "../../src/storage/schema.ts";
import { expectAccessible } from "../support/axe.ts";
import { sharedChromium } from "../support/chromium.ts";
import { inChromium } from "../support/chromium.ts";
import type { TestDesk } from "../support/test-api.ts";
import { appears, disappears, openPage, openWebDesk } from "../support/web-desk.ts";

/** For a machine that has other things to do. */
const PATIENCE = 180_000;

const PASSWORD = "correct horse battery";
let people = 0;

async function somebody(desk: TestDesk): Promise<UserRow> {
  people += 1;
  const person = { first_name: "Ada", last_name: "Byron", email: `secure-${people}@desk.example` };
  const password_hash = await hashPassword(PASSWORD);
  return await desk.server.storage.db.transact(
    async (tx) => await createUser(tx, desk.account.id, { ...person, password_hash }, new Faults()),
  );
}

async function signIn(page: Page, email: string): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

inChromium("security in the settings", () => {
  test(
    "an authenticator app is set up with its QR code and a first code, and is asked for at the next sign-in",
    async () => {
      const desk = await openWebDesk();
      const user = await somebody(desk);
      const { page } = await openPage(desk, { as: { user }, at: "/settings/security", allow: [/status of 422/] });
      await page.getByRole("button", { name: "Set up" }).click();
      await appears(page.getByRole("img", { name: "QR code for your authenticator app" }));
      const app = new TOTP({ secret: await page.getByLabel("Key", { exact: true }).inputValue() });
      const code = page.getByLabel("Code", { exact: true });
      await code.fill("000000");
      await page.getByRole("button", { name: "Turn on" }).click();
      await appears(page.getByText(/^code must be the six digits that the app shows now/));
      await expectAccessible(page);
      await code.fill(app.generate());
      await page.getByRole("button", { name: "Turn on" }).click();
      const dialog = page.getByRole("dialog", { name: "Your recovery codes" });
      await appears(dialog);
      const codes = await dialog.getByRole("listitem").allTextContents();
      expect(new Set(codes).size).toBe(10);
      await dialog.getByRole("button", { name: "I have kept them" }).click();
      await disappears(dialog);
      await appears(page.getByText("10 codes are left", { exact: false }));
      expect(await page.getByText(codes[0] ?? "").count()).toBe(0);

      const other = await openPage(desk, { as: null, at: "/signin" });
      await signIn(other.page, user.email);
      await appears(other.page.getByRole("heading", { name: "Confirm that it is you" }));
      await other.page.getByRole("button", { name: "Use a recovery code" }).click();
      await other.page.getByLabel("Recovery code").fill(codes[0] ?? "");
      await other.page.getByRole("button", { name: "Continue" }).click();
      await appears(other.page.getByRole("heading", { name: /^Unassigned/ }));

      await page.reload();
      await appears(page.getByText("9 codes are left", { exact: false }));
      await page.getByRole("button", { name: "Turn off" }).click();
      const question = page.getByRole("dialog", { name: "Turn the authenticator app off?" });
      await question.getByLabel("Your password as it is now").fill("not it at all");
      await question.getByRole("button", { name: "Turn off" }).click();
      await appears(question.getByText("password must be your password as it is now"));
      await question.getByLabel("Your password as it is now").fill(PASSWORD);
      await question.getByRole("button", { name: "Turn off" }).click();
      await appears(page.getByRole("button", { name: "Set up" }));
    },
    PATIENCE,
  );

  test(
    "a passkey is added, named, signs in by itself, and is removed",
    async () => {
      const desk = await openWebDesk();
      const user = await somebody(desk);
      // Passkeys belong to a host name: an address is none.
      const origin = desk.server.url.replace("127.0.0.1", "localhost");
      const context = await (await sharedChromium()).newContext({ baseURL: origin, locale: "en-GB" });
      onTestFinished(async () => await context.close());
      const page = await context.newPage();
      const devices = await context.newCDPSession(page);
      await devices.send("WebAuthn.enable");
      const options = {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
      } as const;
      await devices.send("WebAuthn.addVirtualAuthenticator", {
        options: { ...options, isUserVerified: true, automaticPresenceSimulation: true },
      });
      await page.goto("/signin?next=/settings/security");
      await signIn(page, user.email);
      await page.getByRole("button", { name: "Add a passkey" }).click();
      const dialog = page.getByRole("dialog", { name: "Add a passkey" });
      await dialog.getByLabel("Name").fill("My laptop");
      await dialog.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("button", { name: "I have kept them" }).click();
      const passkeys = page.getByRole("list", { name: "Passkeys" });
      await appears(passkeys.getByText("My laptop"));
      await page.getByRole("button", { name: "Rename My laptop" }).click();
      await page.getByRole("dialog").getByLabel("Name").fill("Old laptop");
      await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
      await appears(passkeys.getByText("Old laptop"));

      await context.clearCookies();
      await page.goto("/signin?next=/settings/security");
      await page.getByRole("button", { name: "Sign in with a passkey" }).click();
      await appears(passkeys.getByText("Old laptop"));
      await page.getByRole("button", { name: "Remove Old laptop" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
      await appears(page.getByText("Old laptop removed"));
      await disappears(passkeys);
    },
    PATIENCE,
  );

  test(
    "sessions elsewhere are seen and ended, and the one here goes on",
    async () => {
      const desk = await openWebDesk();
      const user = await somebody(desk);
      const elsewhere = await openPage(desk, { as: { user }, at: "/inbox/all", allow: [/status of 401/] });
      await appears(elsewhere.page.getByRole("heading", { name: /^All/ }));
      const { page } = await openPage(desk, { as: { user }, at: "/settings/security" });
      const sessions = page.getByRole("list", { name: "Where you are signed in" });
      await expect.poll(async () => await sessions.getByRole("listitem").count()).toBe(2);
      await appears(sessions.getByText("Here", { exact: true }));
      await page.getByRole("button", { name: "Sign out everywhere else" }).click();
      const question = page.getByRole("dialog", { name: "Sign out everywhere else" });
      await question.getByRole("button", { name: "Sign out everywhere else" }).click();
      await appears(page.getByText("Signed out everywhere else"));
      await expect.poll(async () => await sessions.getByRole("listitem").count()).toBe(1);
      await elsewhere.page.goto("/inbox/mine");
      await appears(elsewhere.page.getByRole("heading", { name: "Sign in" }));
      await page.reload();
      await appears(page.getByRole("heading", { name: "Security", level: 1 }));
    },
    PATIENCE,
  );
});
