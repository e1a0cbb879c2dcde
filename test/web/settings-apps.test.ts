import { expect, test } from "vitest";
import { inChromium } from "../support/chromium.ts";
import { appears, openPage, openWebDesk } from "../support/web-desk.ts";

/** For a machine that has other things to do. */
const PATIENCE = 180_000;

inChromium("apps in the settings", () => {
  test(
    "the API app is installed with a token that is shown once, works, shows its use, and is revoked",
    async () => {
      const desk = await openWebDesk();
      const { page } = await openPage(desk, { as: { role: "admin" }, at: "/settings/apps", allow: [/status of 422/] });
      await page.getByRole("button", { name: "Install the API app" }).click();
      await appears(page.getByText(/^name must be a string/));
      await page.getByLabel("Name", { exact: true }).fill("Reports");
      await page.getByRole("button", { name: "Install the API app" }).click();
      const dialog = page.getByRole("dialog", { name: "The token of Reports" });
      const token = await dialog.getByLabel("Token", { exact: true }).inputValue();
      await dialog.getByRole("button", { name: "Done" }).click();
      const api = `${desk.server.url}/api/v1/tickets`;
      const ask = async (): Promise<number> =>
        (await fetch(api, { headers: { Authorization: `Bearer ${token}` } })).status;
      expect(await ask()).toBe(200);
      await page.reload();
      const line = page.getByRole("listitem").filter({ hasText: "Reports" });
      await appears(line);
      expect(await page.getByText(token).count()).toBe(0);
      expect(await page.getByRole("link", { name: "How to use the API" }).getAttribute("href")).toBe("/docs");
      await page.getByRole("button", { name: "Revoke Reports" }).click();
      await page.getByRole("dialog", { name: "Revoke Reports" }).getByRole("button", { name: "Revoke" }).click();
      await appears(page.getByText("Reports is revoked"), line.getByText("Revoked", { exact: true }));
      expect(await ask()).toBe(401);
    },
    PATIENCE,
  );

  test(
    "what was done to the settings is in the audit log, which is narrowed and goes on page by page",
    async () => {
      const desk = await openWebDesk();
      const admin = await desk.signIn({ role: "admin" });
      for (let index = 1; index <= 55; index += 1) await admin.post("/labels", { name: `Label ${index}` });
      await admin.patch("/account", { undo_seconds: 20 });
      const { page } = await openPage(desk, { as: { role: "admin" }, at: "/settings/audit" });
      const entries = page.getByRole("list", { name: "Audit log" }).getByRole("listitem");
      await appears(page.getByText("50 of 56"), entries.getByText("Ada Byron · changed the account"));
      await appears(entries.getByText(/undo_seconds: 10 → 20/));
      await page.getByRole("button", { name: "Show more" }).click();
      await appears(page.getByText("56 of 56"));
      await page.getByLabel("What", { exact: true }).selectOption({ label: "Account" });
      await appears(page.getByText("1 of 1"));
      expect(await entries.count()).toBe(1);
    },
    PATIENCE,
  );
});
