import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { addPerson, appears, disappears, listRow, openPage, openWebDesk } from "../support/web-desk.ts";
import { conversation, customerWrites, mailArrives, maryAnswers, openTicket } from "../support/web-ticket.ts";

const TRACKER = "https://tracker.example/dot.png";
const DOT = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=",
  "base64",
);

inChromium("reading a ticket", () => {
  test("begins at the first message that is news, with the older ones folded to a line each", async () => {
    const desk = await openWebDesk();
    const ada = await addPerson(desk, "Ada Byron");
    const ticket = await desk.ticket({ subject: "A long story" });
    for (let number = 1; number <= 12; number += 1) {
      await customerWrites(desk, ticket.id, `Chapter ${number}. ${"And so on. ".repeat(120)}`);
    }
    const reader = await desk.signIn({ user: ada });
    await reader.ask("PUT", `/tickets/${ticket.id}/seen`, {});
    await new Promise((resolve) => setTimeout(resolve, 1100)); // Times of the API are whole seconds.
    await customerWrites(desk, ticket.id, "This is new.");
    const { page } = await openTicket(desk, ticket.id, { as: { user: ada } });
    await appears(conversation(page).getByText("This is new."), conversation(page).getByText("New", { exact: true }));
    const folded = conversation(page).getByRole("button", { expanded: false });
    await appears(page.getByRole("button", { name: "Show all 12 earlier messages" }));
    expect(await conversation(page).getByRole("article").count()).toBe(13);
    await expectAccessible(page);
    await folded.filter({ hasText: "Chapter 3." }).click();
    await appears(conversation(page).getByText(/^Chapter 3\. (And so on\. ){100}/));
    await page.getByRole("button", { name: "Fold this message" }).click();
    await disappears(page.getByRole("button", { name: "Fold this message" }));
    await page.getByRole("button", { name: "Show all 12 earlier messages" }).click();
    await expect.poll(async () => await page.getByRole("button", { name: "Fold this message" }).count()).toBe(12);
    await page.getByRole("button", { name: "Fold 12 earlier messages" }).click();
    await disappears(page.getByRole("button", { name: "Fold this message" }));
  });

  test("asks first for what is said, and only once, whichever way a ticket is opened", async () => {
    const desk = await openWebDesk();
    const one = await desk.ticket({ subject: "The first of two" });
    const two = await desk.ticket({ subject: "The second of two" });
    await customerWrites(desk, one.id, "Words of the first");
    await customerWrites(desk, two.id, "Words of the second");
    const { page } = await openPage(desk, { at: "/inbox/all" });
    await appears(listRow(page, "The first of two"));
    const asked: string[] = [];
    page.on("request", (request) => {
      const found = /\/tickets\/(\w{24})(\/\w+)?/.exec(request.url());
      if (found !== null) asked.push(`${request.method()} ${found[1] === one.id ? "one" : "two"}${found[2] ?? ""}`);
    });
    await listRow(page, "The first of two").getByRole("link").dispatchEvent("click");
    await appears(conversation(page).getByText("Words of the first"));
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await appears(conversation(page).getByText(/Words of the/));
    expect(asked[0]).toBe("GET one/messages");
    expect(asked.filter((each) => each === "GET one/messages")).toHaveLength(1);
    // Who only passes by says nothing to the others, and has nothing to take back.
    expect(asked.filter((each) => each.includes("presence") && each.startsWith("DELETE"))).toEqual([]);
  });

  test("tells the exact time of a message to whoever rests on it", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    await customerWrites(desk, ticket.id, "When was that?");
    const { page } = await openTicket(desk, ticket.id);
    await conversation(page).getByRole("article").getByRole("time").hover();
    await appears(page.getByText(/^\w+day,? .* at \d\d?:\d\d/));
  });

  test("goes to the message that a link names", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    await customerWrites(desk, ticket.id, "The first");
    const wanted = await customerWrites(desk, ticket.id, "The second, which is meant");
    await maryAnswers(desk, ticket.id, "The third");
    const { page } = await openPage(desk, { at: `/inbox/all/t/${ticket.id}?message=${wanted.id}` });
    await appears(conversation(page).getByRole("paragraph").filter({ hasText: "The second, which is meant" }));
    await appears(conversation(page).getByRole("button", { name: /The first/ }));
  });

  test("folds what a mail quotes, and shows it on request", async () => {
    const desk = await openWebDesk();
    const { ticketId } = await mailArrives(
      desk,
      `From: Ruby Miller <ruby@customers.example>
To: help@desk.example
Subject: Re: kettle
Message-ID: <quoted@customers.example>
Content-Type: text/plain

It works now, thank you.

On Mon, 23 Nov 2026 at 10:00, Mary Jones <help@desk.example> wrote:
> Have you tried to turn it off and on?
`,
    );
    const { page } = await openTicket(desk, ticketId);
    await appears(conversation(page).getByText("It works now, thank you."));
    const quoted = conversation(page).getByText("Have you tried to turn it off and on?");
    expect(await quoted.count()).toBe(0);
    await page.getByRole("button", { name: "Show what is quoted" }).click();
    await appears(quoted);
    await page.getByRole("button", { name: "Hide what is quoted" }).click();
    await disappears(quoted);
  });

  test("loads no image from elsewhere until one asks for it", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    const body = `<p>Look at this</p><img src="${TRACKER}" width="40" height="40" alt="Logo">`;
    await customerWrites(desk, ticket.id, body, { htmlized: true });
    const asked: string[] = [];
    const { page, context, problems } = await openPage(desk, { allow: [/tracker\.example/] });
    await context.route("https://tracker.example/**", async (route) => {
      asked.push(route.request().url());
      await route.fulfill({ contentType: "image/png", body: DOT });
    });
    await page.goto(`/inbox/all/t/${ticket.id}`);
    const frame = page.frameLocator("iframe");
    await appears(frame.getByText("Look at this"), page.getByText(/1 image from another host is not loaded/));
    await expectAccessible(page);
    expect(asked).toEqual([]);
    await page.getByRole("button", { name: "Show images" }).click();
    await expect.poll(() => asked).toEqual([TRACKER]);
    await disappears(page.getByText(/1 image from another host/));
    expect(problems).toEqual([]);
  });

  test("shows text from right to left as it is read, and a mail of 5,000 lines at once", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket({ subject: "سؤال عن الطلب" });
    await customerWrites(desk, ticket.id, "مرحبا، متى يصل طلبي؟");
    const lines = Array.from({ length: 5000 }, (_, index) => `line ${index} of what the machine wrote`);
    await customerWrites(desk, ticket.id, lines.join("\n"));
    const { page } = await openTicket(desk, ticket.id);
    const arabic = conversation(page).getByText("مرحبا، متى يصل طلبي؟");
    await appears(arabic, page.getByRole("button", { name: "سؤال عن الطلب" }));
    expect(await page.evaluate(`document.querySelector("article p:dir(rtl)[dir]").textContent`)).toContain("طلبي");
    expect(await conversation(page).getByText("line 4999").count()).toBe(0);
    await page.getByRole("button", { name: "Show all of it" }).click();
    await appears(conversation(page).getByText("line 4999"));
  });

  test("stays quick with 300 messages", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket({ subject: "Three hundred" });
    for (let number = 1; number <= 300; number += 1) {
      const write = number % 3 === 0 ? maryAnswers : customerWrites;
      await write(desk, ticket.id, `Message ${number}. ${"More of it. ".repeat(number % 9)}`);
    }
    const { page } = await openTicket(desk, ticket.id);
    await appears(conversation(page).getByText(/^Message 300\./));
    expect(await conversation(page).getByRole("article").count()).toBe(300);
    // The last message is seen, whatever came in above and below it.
    await expect
      .poll(
        async () =>
          await conversation(page)
            .getByText(/^Message 300\./)
            .isVisible(),
      )
      .toBe(true);
    const took = await page.evaluate<number>(`(async () => {
      const start = performance.now();
      document.querySelector("[aria-expanded=false]").click();
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      return performance.now() - start;
    })()`);
    expect(took).toBeLessThan(1500);
  });
});
