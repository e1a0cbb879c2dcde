import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import type { TestDesk } from "../support/test-api.ts";
import { appears, disappears, openPage, openWebDesk } from "../support/web-desk.ts";
import { customerWrites, openTicket } from "../support/web-ticket.ts";

async function customer(desk: TestDesk, first_name: string, email: string, more: object = {}): Promise<string> {
  const contacts = [{ type: "email", value: email }];
  return (await desk.post("/customers", { first_name, last_name: "Miller", contacts, ...more })).body.id;
}

inChromium("the customer beside a ticket", () => {
  test("is changed where it stands, with what is wrong shown at its field, and the change is undone", async () => {
    const desk = await openWebDesk();
    await customer(desk, "Otto", "otto@customers.example");
    const id = await customer(desk, "Ruby", "ruby@customers.example", { summary: "Likes tea" });
    const ticket = await desk.ticket({ customer_id: id });
    await customerWrites(desk, ticket.id, "Hello");
    const { page } = await openTicket(desk, ticket.id, { allow: [/status of 422/] });
    const pane = page.getByRole("region", { name: "Customer", exact: true });
    await appears(pane.getByText("Likes tea"), pane.getByText("ruby@customers.example"));
    await pane.getByRole("button", { name: "Edit", exact: true }).click();
    await pane.getByRole("textbox", { name: "First name" }).fill("Rubina");
    for (const [kind, value] of [
      ["Phone", "no digits"],
      ["Email", "Otto@customers.example"],
      ["Email", "ruby@CUSTOMERS.example"],
    ]) {
      await pane.getByRole("button", { name: "Add a contact" }).click();
      await pane
        .getByRole("combobox", { name: /^Kind of contact/ })
        .last()
        .selectOption({ label: kind });
      await pane
        .getByRole("textbox", { name: /^Contact/ })
        .last()
        .fill(value);
    }
    await pane.getByRole("button", { name: "Save" }).click();
    await appears(
      pane.getByText("A phone number has digits."),
      pane.getByText("Otto Miller has this contact."),
      pane.getByText("It is here twice."),
    );
    await expectAccessible(page);
    expect((await desk.get(`/customers/${id}`)).body.first_name).toBe("Ruby");
    await pane.getByRole("textbox", { name: "Contact 2" }).fill("+1 415 555 0100");
    await pane.getByRole("button", { name: "Remove the contact Otto@customers.example" }).click();
    await pane.getByRole("button", { name: "Remove the contact ruby@CUSTOMERS.example", exact: true }).click();
    await pane.getByRole("textbox", { name: "Summary" }).fill("Likes coffee");
    await pane.getByRole("button", { name: "Save" }).click();
    await appears(pane.getByRole("heading", { name: "Rubina Miller" }), pane.getByText("Likes coffee"));
    await appears(pane.getByRole("link", { name: "+1 415 555 0100" }), page.getByText("Customer changed"));
    expect((await desk.get(`/customers/${id}`)).body.contacts).toHaveLength(2);
    await page.getByRole("button", { name: /^Undo/ }).click();
    await appears(pane.getByRole("heading", { name: "Ruby Miller" }), pane.getByText("Likes tea"));
    expect((await desk.get(`/customers/${id}`)).body.contacts).toHaveLength(1);
  });

  test("keeps what one has written while one looks at another ticket, and tells of another's change", async () => {
    const desk = await openWebDesk();
    const id = await customer(desk, "Ruby", "ruby@customers.example");
    const first = await desk.ticket({ subject: "The first", customer_id: id });
    await desk.ticket({ subject: "The second", customer: { first_name: "Otto" } });
    const { page } = await openTicket(desk, first.id, { allow: [/status of 412/] });
    const pane = page.getByRole("region", { name: "Customer", exact: true });
    await appears(pane.getByText(/^First seen/));
    await pane.getByRole("button", { name: "Edit", exact: true }).click();
    await pane.getByRole("textbox", { name: "Summary" }).fill("Half written");
    await page.getByRole("grid").getByRole("row").filter({ hasText: "The second" }).click();
    await appears(pane.getByRole("heading", { name: "Otto" }));
    await desk.patch(`/customers/${id}`, { last_name: "Smith" });
    await page.getByRole("grid").getByRole("row").filter({ hasText: "The first" }).click();
    await appears(pane.getByRole("heading", { name: "Ruby Smith" }));
    expect(await pane.getByRole("textbox", { name: "Summary" }).inputValue()).toBe("Half written");
    await desk.patch(`/customers/${id}`, { last_name: "Jones" });
    await pane.getByRole("button", { name: "Save" }).click();
    await appears(pane.getByText(/^Somebody changed this customer/));
    await pane.getByRole("button", { name: "Save" }).click();
    await appears(pane.getByText("Half written"));
  });

  test("shows what else they wrote, and leads to all of it", async () => {
    const desk = await openWebDesk();
    const id = await customer(desk, "Ruby", "ruby@customers.example");
    for (let number = 1; number <= 8; number += 1) {
      await desk.ticket({ subject: `Question ${number}`, customer_id: id });
    }
    const ticket = await desk.ticket({ subject: "This one", customer_id: id });
    const { page } = await openTicket(desk, ticket.id);
    const others = page.getByRole("region", { name: "Other tickets" });
    await appears(others.getByRole("link", { name: /Question 8/ }));
    expect(await others.getByRole("listitem").count()).toBe(5);
    await others.getByRole("link", { name: "Show all 9 tickets" }).click();
    await page.waitForURL(`**/customers/${id}`);
    const all = page.getByRole("region", { name: "Tickets", exact: true });
    await appears(all.getByRole("link", { name: /This one/ }), all.getByRole("link", { name: /Question 1/ }));
    await expectAccessible(page);
    await all.getByRole("link", { name: /Question 3/ }).click();
    await appears(page.getByRole("button", { name: "Question 3" }));
  });
});

inChromium("customers", () => {
  test("are searched as one types, and opened by keyboard", async () => {
    const desk = await openWebDesk();
    for (let number = 1; number <= 70; number += 1) {
      await customer(desk, `Person ${number}`, `p${number}@people.example`);
    }
    await customer(desk, "Ruby", "ruby@customers.example", { summary: "Likes tea" });
    const { page } = await openPage(desk, { at: "/customers" });
    await appears(page.getByText("71 customers"), page.getByRole("link", { name: /Ruby Miller/ }));
    // Only what is seen is drawn.
    expect(await page.getByRole("listitem").count()).toBeLessThan(60);
    await expectAccessible(page);
    await page.keyboard.press("/");
    await page.locator("input:focus").waitFor();
    await page.keyboard.type("rub");
    await appears(page.getByText("1 customer", { exact: true }));
    expect(new URL(page.url()).search).toBe("?q=rub");
    await page.reload();
    await appears(page.getByText("1 customer", { exact: true }));
    await page.getByRole("searchbox").fill("nobody at all");
    await appears(page.getByText("No customer found"));
    await page.getByRole("searchbox").fill("p12@people");
    await page.getByRole("link", { name: /Person 12 Miller/ }).waitFor();
    await page.getByRole("searchbox").press("Tab");
    await page.getByRole("heading", { name: "Customers" }).click();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await appears(page.getByRole("heading", { name: "Person 12 Miller" }), page.getByText("No tickets"));
    await page.keyboard.press("u");
    await appears(page.getByRole("searchbox", { name: "Search customers" }));
  });

  test("are made, and two that are one are merged, with an undo", async () => {
    const desk = await openWebDesk();
    await customer(desk, "Ruby", "ruby@work.example", { summary: "At work" });
    const { page } = await openPage(desk, { at: "/customers", allow: [/status of 422/] });
    await page.getByRole("button", { name: "New customer" }).click();
    const form = page.getByRole("dialog", { name: "New customer" });
    await form.getByRole("textbox", { name: "First name" }).fill("Ruby");
    await form.getByRole("textbox", { name: "Last name" }).fill("At Home");
    await form.getByRole("textbox", { name: "Contact 1" }).fill("ruby@work.example");
    await form.getByRole("button", { name: "Create customer" }).click();
    await appears(form.getByText("Ruby Miller has this contact."));
    await form.getByRole("textbox", { name: "Contact 1" }).fill("ruby@home.example");
    await expectAccessible(page, "dialog[open]");
    await form.getByRole("button", { name: "Create customer" }).click();
    await appears(page.getByRole("heading", { name: "Ruby At Home" }));
    await page.getByRole("button", { name: "More actions for Ruby At Home" }).click();
    await page.getByRole("menuitem", { name: "Merge with another customer" }).click();
    const dialog = page.getByRole("dialog", { name: "Merge with another customer" });
    await dialog.getByRole("searchbox").fill("ruby@work");
    await dialog.getByRole("radio", { name: /Ruby Miller/ }).check();
    await expectAccessible(page, "dialog[open]");
    await dialog.getByRole("button", { name: "Merge", exact: true }).click();
    await appears(page.getByText("Ruby Miller is part of Ruby At Home now"), page.getByText("ruby@work.example"));
    expect((await desk.get("/customers")).body).toHaveLength(1);
    await page.getByRole("button", { name: /^Undo/ }).click();
    await disappears(page.getByText("ruby@work.example"));
    expect((await desk.get("/customers")).body).toHaveLength(2);
  });

  test("that are not there, that cannot be read, and none at all, each say so", async () => {
    const desk = await openWebDesk();
    const { page } = await openPage(desk, { at: "/customers", allow: [/status of (404|500)/] });
    await appears(page.getByText("No customers yet"));
    await page.goto("/customers/0123456789abcdef01234567");
    await appears(page.getByText("This customer is not here"));
    await expectAccessible(page);
    await page.route("**/api/v1/customers?**", async (route) => await route.fulfill({ status: 500, body: "" }));
    await page.goto("/customers");
    await appears(page.getByText("The customers could not be loaded"));
    await page.unrouteAll();
    await page.getByRole("button", { name: "Try again" }).click();
    await appears(page.getByText("No customers yet"));
  });

  test("are changed by nobody who may only read, and fit on a phone in the dark", async () => {
    const desk = await openWebDesk();
    const id = await customer(desk, "Wolfeschlegelsteinhausenbergerdorff", `${"long".repeat(14)}@customers.example`);
    const viewport = { width: 360, height: 740 };
    const { page } = await openPage(desk, {
      at: `/customers/${id}`,
      as: { role: "read_only" },
      viewport,
      hasTouch: true,
      isMobile: true,
      colorScheme: "dark",
    });
    await appears(page.getByRole("heading", { name: /^Wolfe/ }));
    expect(await page.getByRole("button", { name: "Edit", exact: true }).count()).toBe(0);
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    await expectAccessible(page);
    await page.getByRole("link", { name: "All customers" }).click();
    await appears(page.getByRole("link", { name: /^Wolfe/ }));
    expect(await page.getByRole("button", { name: "New customer" }).count()).toBe(0);
    await expectAccessible(page);
  });
});
