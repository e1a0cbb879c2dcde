import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { appears, disappears } from "../support/web-desk.ts";
import { begin, messagesOf, openAnsweringDesk, openTicket, text, ticketOfRuby } from "./answering.ts";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

interface GivenFile {
  name: string;
  type: string;
  /** Base64; else so many zeros. */
  data?: string;
  size?: number;
}

/** What a browser does when a file is pasted or dropped there. */
async function give(where: Locator, how: "paste" | "drop", file: GivenFile): Promise<void> {
  await where.evaluate(
    (element, [event, { name, type, data, size = 0 }]) => {
      const bytes =
        data === undefined ? new Uint8Array(size) : Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
      const carried = new DataTransfer();
      carried.items.add(new File([bytes], name, { type }));
      const options = { bubbles: true, cancelable: true };
      element.dispatchEvent(
        event === "paste"
          ? new ClipboardEvent("paste", { ...options, clipboardData: carried })
          : new DragEvent("drop", { ...options, dataTransfer: carried }),
      );
    },
    [how, file] as const,
  );
}

/** A line so slow that one sees how far an upload is. */
async function slowUploads(page: Page, bytesPerSecond: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const conditions = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond };
  await session.send("Network.emulateNetworkConditions", conditions);
}

inChromium("files", () => {
  test("an image that is pasted stands in the text, and goes out inside the mail", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket);
    const where = await begin(page, "r");
    await page.keyboard.type("Look: ");
    await give(where, "paste", { name: "shot.png", type: "image/png", data: PNG });
    await appears(where.getByRole("img", { name: "shot.png" }).and(page.locator(":not([data-state])")));
    await page.keyboard.type(" there");
    await appears(page.getByText("Draft saved"));
    await page.reload();
    await appears(where.getByRole("img", { name: "shot.png" }));
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await appears(page.getByText("Sent", { exact: true }));
    const [, sent] = await messagesOf(desk, ticket);
    const [attachment] = (sent?.["attachments"] ?? []) as { id: string }[];
    const { body } = await desk.get(`/attachments/${attachment?.id}?fields=content_id,inline`);
    expect(body.inline).toBe(true);
    expect(sent?.["body"]).toBe(`<p>Look: <img alt="shot.png" src="cid:${body.content_id}"> there</p>`);
  });

  test("that are dropped show how far they are, and can be stopped", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket);
    const where = await begin(page, "r");
    await slowUploads(page, 60_000);
    await give(where, "drop", { name: "report.pdf", type: "application/pdf", size: 300_000 });
    await give(where, "drop", { name: "mistake.zip", type: "application/zip", size: 300_000 });
    await appears(page.getByRole("progressbar", { name: "Uploading report.pdf" }));
    await expectAccessible(page);
    await page.keyboard.type("The report");
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("Files are still being uploaded. Send it when they are there."));
    await page.getByRole("button", { name: "Stop uploading mistake.zip" }).click();
    await disappears(page.getByText("mistake.zip"));
    await slowUploads(page, -1);
    await appears(page.getByRole("link", { name: "report.pdf, 300 kB" }));
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("Sent", { exact: true }));
    const [, sent] = await messagesOf(desk, ticket);
    expect(sent?.["attachments"]).toMatchObject([{ name: "report.pdf", size: 300_000 }]);
  });

  test("that could not be uploaded say why, and are tried again; what is too large is not sent at all", async () => {
    const desk = await openAnsweringDesk();
    const ticket = await ticketOfRuby(desk);
    const { page } = await openTicket(desk, ticket, { allow: [/ERR_FAILED/] });
    const where = await begin(page, "r");
    await page.keyboard.type("Two files");
    let refused = 0;
    await page.route("**/api/v1/attachments", async (route) => {
      refused += 1;
      await (refused === 1 ? route.abort() : route.continue());
    });
    await give(where, "drop", { name: "report.pdf", type: "application/pdf", size: 1000 });
    await give(where, "drop", { name: "film.mov", type: "video/quicktime", size: 26 * 1024 * 1024 });
    await appears(page.getByText(/^Larger than 26 MB$/), page.getByText(/The server did not answer/));
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("“report.pdf” was not uploaded. Try again or remove it."));
    await page.getByRole("button", { name: "Remove film.mov" }).click();
    await page.getByRole("button", { name: "Upload report.pdf again" }).click();
    await appears(page.getByRole("link", { name: /report.pdf/ }));
    await text(page).click();
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("Sent", { exact: true }));
  });

  test("of a message that is forwarded go along", async () => {
    const desk = await openAnsweringDesk();
    const { body: file } = await desk.post("/attachments", { name: "lamp.txt", type: "text/plain", data: "aGVsbG8=" });
    const message = {
      type: "reply",
      direction: "in",
      from: "ruby@example.com",
      to: "help@desk.example",
      body: "See the file",
      attachment_ids: [file.id],
    };
    const ticket = await ticketOfRuby(desk, { messages: [message] });
    const { page } = await openTicket(desk, ticket);
    await begin(page, "f");
    await page.getByRole("combobox", { name: "To" }).pressSequentially("lager@example.com,");
    await appears(page.getByRole("list", { name: "Files" }).getByRole("link", { name: "lamp.txt, 5 bytes" }));
    await page.keyboard.press("Control+Enter");
    await appears(page.getByText("Forwarded", { exact: true }));
    const [, sent] = await messagesOf(desk, ticket);
    expect(sent?.["attachments"]).toMatchObject([{ name: "lamp.txt", size: 5 }]);
  });
});
