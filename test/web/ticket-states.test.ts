import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { addPerson, appears, disappears, listRow, openPage, openWebDesk } from "../support/web-desk.ts";
import { conversation, customerWrites, maryAnswers, openTicket } from "../support/web-ticket.ts";

inChromium("a ticket", () => {
  test("that is not there says so, and leads back to the list", async () => {
    const desk = await openWebDesk();
    const { page } = await openPage(desk, { at: "/inbox/mine/t/0123456789abcdef01234567", allow: [/status of 404/] });
    await appears(page.getByText("This ticket is not here"));
    await expectAccessible(page);
    await page.getByRole("button", { name: "Back to the list" }).click();
    await page.waitForURL(/\/inbox\/mine$/);
  });

  test("of an inbox that one may not see is not told from one that is not there", async () => {
    const desk = await openWebDesk();
    const other = (await desk.post("/inboxes", { name: "Secret", address: "secret@desk.example" })).body;
    const ticket = await desk.ticket({ subject: "Hush", inbox_id: other.id });
    const at = `/inbox/all/t/${ticket.id}`;
    const { page } = await openPage(desk, { at, as: { inboxIds: [desk.inbox.id] }, allow: [/status of 404/] });
    await appears(page.getByText("This ticket is not here"));
    expect(await page.getByText("Hush").count()).toBe(0);
  });

  test("that cannot be loaded says what happened, and is tried again", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket({ subject: "Slow" });
    const { page } = await openPage(desk, { allow: [/status of 500/] });
    const url = new RegExp(`/api/v1/tickets/${ticket.id}/messages`);
    await page.route(url, async (route) => await route.fulfill({ status: 500, body: "" }));
    await page.goto(`/inbox/all/t/${ticket.id}`);
    await appears(page.getByText("The messages could not be loaded"));
    await expectAccessible(page);
    await page.unroute(url);
    await page.getByRole("button", { name: "Try again" }).click();
    await appears(page.getByText("Nothing was said here yet"));
  });

  test("without messages, and without a subject, says so", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    const { page } = await openTicket(desk, ticket.id);
    await appears(page.getByText("Nothing was said here yet"));
    await expectAccessible(page);
  });

  test("tells what happened to it in quiet lines, the last few at first", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    await desk.patch(`/tickets/${ticket.id}`, { user_id: desk.user.id });
    await desk.patch(`/tickets/${ticket.id}`, { state: "closed" });
    await desk.patch(`/tickets/${ticket.id}`, { state: "open" });
    await desk.patch(`/tickets/${ticket.id}`, { state: "hold" });
    const { page } = await openTicket(desk, ticket.id);
    await appears(conversation(page).getByText("An app put this on hold"));
    await page.getByRole("button", { name: "3 earlier changes" }).click();
    await appears(
      conversation(page).getByText("An app assigned this to Mary Jones"),
      conversation(page).getByText("An app closed this"),
      conversation(page).getByText("An app opened this"),
    );
    await desk.patch(`/tickets/${ticket.id}`, { trash: true });
    await appears(conversation(page).getByText("An app moved this to the trash"));
  });

  test("tells live who else is here, and who is replying", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    const [user, other] = [await addPerson(desk, "Ada Byron"), await addPerson(desk, "Ben Okafor")];
    const { page } = await openTicket(desk, ticket.id, { as: { user } });
    const ben = await openTicket(desk, ticket.id, { as: { user: other } });
    await appears(page.getByText("Ben Okafor is here"), ben.page.getByText("Ada Byron is here"));
    const benToo = await desk.signIn({ user: other });
    await benToo.ask("PUT", `/tickets/${ticket.id}/presence`, { state: "replying", tab: "elsewhere" });
    await appears(page.getByText("Ben Okafor is replying"));
    await benToo.ask("DELETE", `/tickets/${ticket.id}/presence?tab=elsewhere`);
    await appears(page.getByText("Ben Okafor is here"));
    await ben.page.close();
    await disappears(page.getByText("Ben Okafor is here"));
  });

  test("shows a new message by itself, below what one reads", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    await customerWrites(desk, ticket.id, "The first");
    const { page } = await openTicket(desk, ticket.id);
    await appears(conversation(page).getByText("The first"));
    await customerWrites(desk, ticket.id, "The second, just now");
    await appears(conversation(page).getByText("The second, just now"));
    await appears(conversation(page).getByText("The first"));
  });

  test("is printed as a conversation, without lists and buttons, over as many pages as it takes", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket({ subject: "On paper" });
    await customerWrites(desk, ticket.id, Array.from({ length: 200 }, (_, index) => `Line ${index}`).join("\n"));
    const { page } = await openTicket(desk, ticket.id);
    await appears(conversation(page).getByText("Line 199"));
    const pdf = await page.pdf({ format: "A4" });
    expect(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(2);
    await page.emulateMedia({ media: "print" });
    const paper = page.getByRole("region", { name: "Ticket", exact: true });
    await appears(paper.getByText("On paper").first(), conversation(page).getByText("Line 199"));
    await disappears(
      page.getByRole("grid"),
      page.getByRole("navigation"),
      page.getByRole("toolbar", { name: "Answer" }),
      page.getByRole("region", { name: "Customer", exact: true }),
    );
  });

  test("is one pane on a phone, with its actions at the thumb and the customer in a sheet", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket({ subject: "From a phone with quite a long subject that wraps" });
    await customerWrites(desk, ticket.id, "Hello from afar");
    await maryAnswers(desk, ticket.id, "Hello back");
    const viewport = { width: 360, height: 740 };
    const { page } = await openPage(desk, { at: "/inbox/all", viewport, hasTouch: true, isMobile: true });
    await listRow(page, "From a phone").click();
    await appears(conversation(page).getByText("Hello back"));
    await expectAccessible(page);
    const bar = page.getByRole("toolbar", { name: "Answer" });
    const box = await bar.boundingBox();
    expect(box === null ? 0 : Math.round(box.y + box.height)).toBe(740);
    for (const name of ["Reply", "Note", "Forward", "Close"]) {
      const button = await bar.getByRole("button", { name }).boundingBox();
      expect(button?.height ?? 0).toBeGreaterThanOrEqual(44);
    }
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    await page.getByRole("button", { name: "Customer", exact: true }).click();
    await appears(page.getByRole("dialog").getByRole("heading", { name: "Ruby Miller" }));
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Back to the list" }).click();
    await appears(listRow(page, "From a phone"));
  });
});
