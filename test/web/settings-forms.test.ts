import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { appears, disappears, openPage, openWebDesk } from "../support/web-desk.ts";

/** For a machine that has other things to do. */
const PATIENCE = 180_000;

/** The server refuses something, and the browser says so in its console. */
const REFUSED = [/status of 4(03|22)/];

inChromium("the forms of the settings", () => {
  test(
    "save what was changed, say so, and name what the server refuses at its field without losing it",
    async () => {
      const desk = await openWebDesk();
      const { page, user } = await openPage(desk, {
        as: { name: "Ada Byron" },
        at: "/settings/profile",
        allow: REFUSED,
      });
      const you = page.getByRole("form", { name: "You" });
      await you.getByLabel("First name").fill("Augusta");
      await appears(you.getByText("Not saved yet"));
      await you.getByRole("button", { name: "Save" }).click();
      await appears(you.getByText("Saved", { exact: true }));
      await expect.poll(async () => await page.locator("[aria-live=polite]").textContent()).toContain("Saved");
      expect((await desk.get(`/users/${user?.id}`)).body.first_name).toBe("Augusta");
      await appears(page.getByRole("button", { name: /Augusta Byron/ }));

      const email = you.getByLabel("Email");
      await email.fill("no address");
      await you.getByRole("button", { name: "Save" }).click();
      await appears(you.getByText("email must be an email address, such as ruby@example.com"));
      expect(await email.getAttribute("aria-invalid")).toBe("true");
      await expect.poll(async () => await email.evaluate((field) => document.activeElement === field)).toBe(true);
      expect(await email.inputValue()).toBe("no address");
      await expectAccessible(page);
    },
    PATIENCE,
  );

  test(
    "ask before they are left with something that is not saved, and let go when one wants to",
    async () => {
      const desk = await openWebDesk();
      const { page } = await openPage(desk, { as: { role: "admin" }, at: "/settings/account" });
      await page.getByLabel("Name of the help desk").fill("Another name");
      await page.getByRole("link", { name: "Labels" }).click();
      const question = page.getByRole("dialog", { name: "Leave without saving?" });
      await appears(question);
      await question.getByRole("button", { name: "Cancel" }).click();
      await disappears(question);
      expect(await page.getByLabel("Name of the help desk").inputValue()).toBe("Another name");
      await page.getByRole("link", { name: "Labels" }).click();
      await question.getByRole("button", { name: "Leave" }).click();
      await appears(page.getByRole("heading", { name: "Labels", level: 1 }));
      expect((await desk.get("/account")).body.name).toBe("Test desk");
    },
    PATIENCE,
  );

  test(
    "are worked by keys alone: a label is made, changed, and deleted with how many tickets lose it",
    async () => {
      const desk = await openWebDesk();
      const { page } = await openPage(desk, { as: { role: "admin" }, at: "/settings/labels" });
      await page.getByRole("link", { name: "New label" }).focus();
      await page.keyboard.press("Enter");
      await page.getByLabel("Name", { exact: true }).focus();
      await page.keyboard.type("Refund");
      await page.keyboard.press("Tab");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Enter");
      const line = page.getByRole("link", { name: /^Refund/ }).last();
      await appears(page.getByRole("list", { name: "Labels" }).getByRole("link", { name: /Refund.*0 open/ }));
      const [label] = (await desk.get("/labels")).body;
      expect(label).toMatchObject({ name: "Refund", color: "red" });
      const ticket = await desk.ticket();
      await desk.ask("PUT", `/tickets/${ticket.id}/labels/${label.id}`);

      await line.focus();
      await page.keyboard.press("Enter");
      await page.getByLabel("Name", { exact: true }).fill("Refunds");
      await page.keyboard.press("Enter");
      await appears(page.getByText("Saved", { exact: true }), page.getByRole("heading", { name: "Refunds", level: 1 }));
      await page.getByRole("button", { name: "Delete" }).click();
      const question = page.getByRole("dialog", { name: "Delete the label Refunds?" });
      await appears(question.getByText("It comes off 1 ticket. This cannot be undone."));
      await question.getByRole("button", { name: "Delete" }).click();
      await appears(page.getByText("Label Refunds deleted"), page.getByText(/No label yet/));
      expect((await desk.get("/labels")).body).toEqual([]);
    },
    PATIENCE,
  );

  test(
    "keep a saved reply with formatting and variables, shown as it might go out",
    async () => {
      const desk = await openWebDesk();
      const { page, user } = await openPage(desk, { as: { name: "Ada Byron" }, at: "/settings/saved-replies/new" });
      await page.getByLabel("Name", { exact: true }).fill("Greeting");
      const text = page.getByRole("textbox", { name: "Text" });
      await text.click();
      await page.keyboard.type("Hello ");
      await page.getByRole("button", { name: "customer.first_name" }).click();
      await page.keyboard.type(", this is ");
      await page.getByRole("button", { name: "user.first_name" }).click();
      await appears(
        page.getByRole("region", { name: "With an example customer" }).getByText("Hello Ruby, this is Ada"),
      );
      await page.getByLabel("For everybody").check();
      await expectAccessible(page);
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await appears(page.getByRole("link", { name: /^Greeting/ }));
      expect((await desk.get("/saved-replies")).body).toMatchObject([
        {
          name: "Greeting",
          body: "<p>Hello {{customer.first_name}}, this is {{user.first_name}}</p>",
          htmlized: true,
          shared: true,
          user_id: user?.id,
        },
      ]);
      // A colleague reads it, and does not change it.
      const other = await openPage(desk, { as: { name: "Ben Okafor" }, at: "/settings/saved-replies" });
      await other.page.getByRole("link", { name: /^Greeting/ }).click();
      await appears(other.page.getByText("A colleague's: admins change it."));
      expect(await other.page.getByRole("button", { name: "Save", exact: true }).count()).toBe(0);
    },
    PATIENCE,
  );

  test(
    "show a signature as it will stand under a mail, and what it names wrongly",
    async () => {
      const desk = await openWebDesk();
      const { page } = await openPage(desk, { as: { name: "Ada Byron" }, at: "/settings/profile", allow: REFUSED });
      const preview = page.getByRole("region", { name: "Under your mail" });
      await page
        .getByLabel("Your signature")
        .fill("<b>{{user.name}}</b><script>alert(1)</script><img src=x onerror=alert(1)>");
      await appears(preview.locator("b", { hasText: "Ada Byron" }));
      expect(await preview.locator("script, img").count()).toBe(0);
      await page.getByLabel("Your signature").fill("{{user.nmae}}");
      await appears(preview.getByText(/must not name \{\{user\.nmae\}\}/));
    },
    PATIENCE,
  );

  test(
    "put a variable where one writes, and what is typed at once behind it",
    async () => {
      const desk = await openWebDesk();
      const { page } = await openPage(desk, { at: "/settings/profile" });
      const field = page.getByLabel("Your signature");
      await field.fill("Yours, of sales");
      await field.evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(7, 7));
      const button = page.getByRole("button", { name: "user.name", exact: true });
      await button.evaluate((it: HTMLElement) => {
        it.click();
        document.execCommand("insertText", false, "!");
      });
      await expect.poll(async () => await field.inputValue()).toBe("Yours, {{user.name}}!of sales");
    },
    PATIENCE,
  );
});

const PLACES =
  "profile security inboxes inboxes/new mailboxes/new servers/new people people/new labels labels/new saved-replies saved-replies/new apps account received audit".split(
    " ",
  );

inChromium("every screen of the settings", () => {
  for (const [name, more] of [
    ["on a wide window", {}],
    ["on a phone in the dark", { viewport: { width: 360, height: 740 }, hasTouch: true, colorScheme: "dark" as const }],
  ] as const) {
    test(
      `has nothing that axe finds, and does not run over its edge, ${name}`,
      async () => {
        const desk = await openWebDesk();
        await desk.post("/labels", { name: "A label with a rather long name that goes on", color: "blue" });
        const { page } = await openPage(desk, { as: { role: "owner", name: "Ada Byron" }, at: "/settings", ...more });
        for (const place of PLACES) {
          await page.goto(`/settings/${place}`);
          await appears(page.getByRole("heading", { level: 1 }));
          await expectAccessible(page);
          expect([place, await page.evaluate("document.documentElement.scrollWidth > innerWidth")]).toEqual([
            place,
            false,
          ]);
        }
      },
      2 * PATIENCE,
    );
  }

  test(
    "is there for those whose role has it, and says so to others",
    async () => {
      const desk = await openWebDesk();
      const { page } = await openPage(desk, { as: { role: "read_only" }, at: "/settings" });
      const sections = page.getByRole("navigation", { name: "Settings" }).getByRole("link");
      await appears(sections);
      expect(await sections.allTextContents()).toEqual(["Profile", "Security"]);
      await page.goto("/settings/people");
      await appears(page.getByText("You may not see this"));
      const agent = await openPage(desk, { at: "/settings" });
      await appears(agent.page.getByRole("link", { name: "Saved replies" }));
      const names = await agent.page.getByRole("navigation", { name: "Settings" }).getByRole("link").allTextContents();
      expect(names).toEqual(["Profile", "Security", "Labels", "Saved replies", "Received mail"]);
    },
    PATIENCE,
  );

  test(
    "on a phone begins with the list of them, and leads back to it",
    async () => {
      const desk = await openWebDesk();
      const phone = { viewport: { width: 360, height: 740 }, hasTouch: true };
      const { page } = await openPage(desk, { as: { role: "admin" }, at: "/settings", ...phone });
      await page.getByRole("link", { name: "Labels" }).click();
      await appears(page.getByRole("heading", { name: "Labels", level: 1 }));
      await page.getByRole("button", { name: "All settings" }).click();
      await appears(page.getByRole("link", { name: "Audit log" }));
    },
    PATIENCE,
  );
});
