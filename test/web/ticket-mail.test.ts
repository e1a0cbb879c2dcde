import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { appears, disappears, openPage, openWebDesk } from "../support/web-desk.ts";
import {
  conversation,
  customerWrites,
  mailArrives,
  maryAnswers,
  messageBy,
  openTicket,
  setMessage,
} from "../support/web-ticket.ts";

const MAIL = `From: Ruby Miller <ruby@customers.example>
Reply-To: Somebody Else <else@elsewhere.example>
To: help@desk.example
Cc: Ben <ben@customers.example>
Subject: Where is my kettle?
Message-ID: <where@customers.example>
Content-Type: text/plain

Where is it?
`;

inChromium("what is known about a mail", () => {
  test("is its sender by From, never by Reply-To, why it is here, and the mail as it came", async () => {
    const desk = await openWebDesk();
    const { ticketId } = await mailArrives(desk, MAIL);
    const { page } = await openTicket(desk, ticketId);
    const mail = messageBy(page, "Message from Ruby Miller");
    await appears(mail.getByText("ruby@customers.example"), mail.getByText(/to help@desk\.example, /));
    expect(await page.getByText("else@elsewhere.example").count()).toBe(0);
    await page.getByRole("button", { name: "Details and sender check" }).click();
    await appears(mail.getByText("It answers no message that is known here, so it began a ticket."));
    await expectAccessible(page);
    const opened = page.context().waitForEvent("page");
    await mail.getByRole("link", { name: "Original mail" }).click();
    const original = await opened;
    await original.waitForLoadState();
    expect(await original.content()).toContain("Reply-To: Somebody Else");
  });

  test("says whether its sender is proven, unproven or forged", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    for (const [name, dmarc] of [
      ["Proven", "pass"],
      ["Unproven", "none"],
      ["Forged", "fail"],
    ]) {
      const { id } = await customerWrites(desk, ticket.id, "Hello", { from: `${name} <a@bank.example>` });
      const verdicts = { spf: "pass", dkim: "none", dmarc, domain: "bank.example" };
      await setMessage(desk, id, { verdicts: JSON.stringify(verdicts), thread_reason: "it answers the message <x@y>" });
    }
    const { page } = await openTicket(desk, ticket.id);
    await appears(
      messageBy(page, /Proven/).getByRole("img", { name: "Sent by bank.example, as it says (DMARC passed)" }),
      messageBy(page, /Unproven/).getByRole("img", { name: "Nothing proves who sent this" }),
      messageBy(page, /Forged/).getByText("Sender not genuine"),
    );
    await messageBy(page, /Forged/)
      .getByRole("button", { name: "Details and sender check" })
      .click();
    await appears(page.getByText("SPF passed · DKIM not published · DMARC failed"));
    await appears(page.getByText("It answers a message of this ticket (x@y)."));
    await expectAccessible(page);
  });

  test("is told of an answer that could not be delivered, which is sent again by a press", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    const { id } = await maryAnswers(desk, ticket.id, "It is on its way");
    await setMessage(desk, id, {
      delivery_state: "failed",
      delivery_attempts: 3,
      delivery_error: "550 5.1.1 No such user here",
    });
    const { page } = await openTicket(desk, ticket.id);
    const failure = conversation(page).getByRole("alert");
    await appears(failure.getByText("This reply was not delivered"), failure.getByText("550 5.1.1 No such user here"));
    await expectAccessible(page);
    await failure.getByRole("button", { name: "Send again" }).click();
    await appears(page.getByText("Sending again"));
    await disappears(failure);
    const got = await desk.get(`/tickets/${ticket.id}/messages/${id}?fields=delivery_state`);
    expect(got.body.delivery_state).not.toBe("failed");
    await appears(conversation(page).getByText(/sent a reply again/));
  });

  test("is told of an answer that waits for its time, which is taken back into the draft", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    const send_at = new Date(Date.now() + 3_600_000).toISOString();
    const { id } = await maryAnswers(desk, ticket.id, "Later, then", { send_at });
    const { page, user } = await openTicket(desk, ticket.id);
    await appears(conversation(page).getByText(/^Goes out/));
    await page.getByRole("button", { name: "Take back" }).click();
    await appears(page.getByText("Taken back into your draft"));
    await disappears(messageBy(page, "Reply by Mary Jones"));
    expect((await desk.get(`/tickets/${ticket.id}/messages/${id}`)).status).toBe(404);
    const mine = await desk.signIn({ user: user ?? desk.user });
    expect((await mine.get(`/tickets/${ticket.id}/draft`)).body.body).toContain("Later, then");
  });

  test("sets notes apart, and tells machines and forwards from people", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    await desk.post(`/tickets/${ticket.id}/messages`, { type: "note", user_id: desk.user.id, body: "Be careful" });
    const { id } = await customerWrites(desk, ticket.id, "I am away");
    await setMessage(desk, id, { auto_kind: "auto-reply" });
    await maryAnswers(desk, ticket.id, "For your files", { forward: true });
    const { page } = await openPage(desk, { at: `/inbox/all/t/${ticket.id}`, colorScheme: "dark" });
    await page.getByRole("button", { name: "Show all 2 earlier messages" }).click();
    const note = messageBy(page, "Internal note by Mary Jones");
    await appears(note.getByText("Internal note"), note.getByText("Be careful"));
    await appears(messageBy(page, /^Message from/).getByText("Automatic"));
    await appears(messageBy(page, "Reply by Mary Jones").getByText("Forwarded"));
    await expectAccessible(page);
  });
});
