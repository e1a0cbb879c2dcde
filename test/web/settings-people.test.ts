import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { inChromium } from "../support/chromium.ts";
import { addPerson, appears, disappears, openPage, openWebDesk } from "../support/web-desk.ts";

/** For a machine that has other things to do. */
const PATIENCE = 180_000;

const PASSWORD = "correct horse battery";

/** The link that a dialog shows once. */
async function shownLink(page: Page, title: string, label: string): Promise<string> {
  const dialog = page.getByRole("dialog", { name: title });
  await appears(dialog);
  return await dialog.getByLabel(label, { exact: true }).inputValue();
}

inChromium("people in the settings", () => {
  test(
    "are invited by a link, shown once, and join in a browser of their own",
    async () => {
      const desk = await openWebDesk();
      await desk.post("/inboxes", { name: "Billing" });
      const owner = await openPage(desk, { as: { role: "owner", name: "Ada Byron" }, at: "/settings/people" });
      await owner.page.getByRole("link", { name: "Invite somebody" }).click();
      await owner.page.getByLabel("Email").fill("ben@desk.example");
      await owner.page.getByLabel("First name").fill("Ben");
      await owner.page.getByLabel("Only these").check();
      await owner.page.getByRole("checkbox", { name: "Billing" }).uncheck();
      await owner.page.getByRole("button", { name: "Invite", exact: true }).click();
      const link = await shownLink(owner.page, "The invitation", "Link to join");
      await owner.page.getByRole("button", { name: "Done" }).click();
      await appears(owner.page.getByRole("link", { name: /^B?.*Ben.*Invited.*Agent/ }));

      const { page } = await openPage(desk, { as: null, at: new URL(link).pathname });
      await appears(page.getByRole("heading", { name: "Join Test desk" }));
      await page.getByLabel("Last name").fill("Okafor");
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Join" }).click();
      const rail = page.getByRole("navigation", { name: "Navigation" });
      await appears(rail.getByRole("link", { name: "Support" }));
      expect(await rail.getByRole("link", { name: "Billing" }).count()).toBe(0);
      // What the owner sees follows by itself.
      await appears(owner.page.getByRole("link", { name: /Ben Okafor/ }));
      await disappears(owner.page.getByRole("list", { name: "People and roles" }).getByText("Invited"));
    },
    PATIENCE,
  );

  test(
    "get another role and other inboxes, which count at once for who is signed in",
    async () => {
      const desk = await openWebDesk();
      const billing = (await desk.post("/inboxes", { name: "Billing" })).body;
      await desk.ticket({ subject: "A wrong bill", inbox_id: billing.id });
      const ben = await addPerson(desk, "Ben Okafor");
      const agent = await openPage(desk, { as: { user: ben }, at: "/inbox/unassigned", allow: [/status of 40[34]/] });
      await appears(agent.page.getByRole("row", { name: /A wrong bill/ }));
      const { page } = await openPage(desk, { as: { role: "admin", name: "Ada Byron" }, at: "/settings/people" });
      await page.getByRole("link", { name: /Ben Okafor/ }).click();
      await page.getByLabel("Only these").check();
      await page.getByRole("checkbox", { name: "Billing" }).uncheck();
      await page.getByLabel("Role").selectOption({ label: "Read-only" });
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await appears(page.getByText("Saved", { exact: true }));
      await agent.page.reload();
      await appears(agent.page.getByRole("heading", { name: /^Unassigned/ }));
      await disappears(agent.page.getByRole("row", { name: /A wrong bill/ }));
      // An admin makes nobody an owner.
      expect(await page.getByLabel("Role").locator("option").allTextContents()).toEqual([
        "Admin",
        "Agent",
        "Read-only",
      ]);
    },
    PATIENCE,
  );

  test(
    "are deactivated, which ends what they have open, and activated again",
    async () => {
      const desk = await openWebDesk();
      const ben = await addPerson(desk, "Ben Okafor");
      const agent = await openPage(desk, { as: { user: ben }, allow: [/status of 401/] });
      await appears(agent.page.getByRole("heading", { name: /^Unassigned/ }));
      const { page } = await openPage(desk, { as: { role: "admin" }, at: `/settings/people/${ben.id}` });
      await page.getByRole("button", { name: "Deactivate" }).click();
      const question = page.getByRole("dialog", { name: "Deactivate Ben Okafor?" });
      await question.getByRole("button", { name: "Deactivate" }).click();
      await appears(page.getByText("Ben Okafor is deactivated"), page.getByText("Deactivated", { exact: true }));
      await agent.page.goto("/inbox/all");
      await appears(agent.page.getByRole("heading", { name: "Sign in" }));
      await page.getByRole("button", { name: "Activate", exact: true }).click();
      await appears(page.getByText("Ben Okafor is active again"));
      await disappears(page.getByText("Deactivated", { exact: true }));
    },
    PATIENCE,
  );

  test(
    "who are above oneself are only looked at, and who forgot their password gets a link",
    async () => {
      const desk = await openWebDesk();
      const boss = await addPerson(desk, "Olive Owner", "owner");
      const ben = await addPerson(desk, "Ben Okafor");
      const made = (await desk.post(`/people/${ben.id}/invitation`)).body.invitation_url as string;
      const { page } = await openPage(desk, {
        as: { role: "admin" },
        at: `/settings/people/${boss.id}`,
        allow: [/status of 422/],
      });
      await appears(page.getByText("The role of this person is Owner: only somebody with that role changes it."));
      expect(await page.getByRole("button", { name: "Save", exact: true }).count()).toBe(0);
      // The new password ends the session that the invitation began.
      const joined = await openPage(desk, { as: null, at: new URL(made).pathname, allow: [/status of 401/] });
      await joined.page.getByLabel("Password").fill(PASSWORD);
      await joined.page.getByRole("button", { name: "Join" }).click();
      await appears(joined.page.getByRole("heading", { name: /^Unassigned/ }));
      await page.goto(`/settings/people/${ben.id}`);
      await page.getByRole("button", { name: "Make a link" }).click();
      const link = await shownLink(page, "The link for a new password", "Link for a new password");
      const reset = await openPage(desk, { as: null, at: new URL(link).pathname });
      await reset.page.getByLabel("New password").fill("another good password");
      await reset.page.getByRole("button", { name: "Save and sign in" }).click();
      await appears(reset.page.getByRole("heading", { name: /^Unassigned/ }));
    },
    PATIENCE,
  );
});
