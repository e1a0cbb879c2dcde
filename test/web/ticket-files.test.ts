import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import type { TestDesk } from "../support/test-api.ts";
import { appears, disappears, openWebDesk } from "../support/web-desk.ts";
import { conversation, customerWrites, openTicket } from "../support/web-ticket.ts";

const PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=";

async function upload(desk: TestDesk, name: string, type: string, data: string, more: object = {}): Promise<string> {
  return (await desk.post("/attachments", { name, type, data, ...more })).body.id;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

inChromium("the files of a message", () => {
  test("are looked at one after the other by keyboard, and the focus comes back", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    const attachment_ids = [
      await upload(desk, "kettle.png", "image/png", PICTURE),
      await upload(desk, "notes.txt", "text/plain", base64("The kettle leaks.\nBadly.")),
      await upload(desk, "all of it.zip", "application/zip", base64("PK")),
    ];
    await customerWrites(desk, ticket.id, "See these", { attachment_ids });
    const { page } = await openTicket(desk, ticket.id);
    const files = conversation(page).getByRole("list", { name: "3 attachments" });
    await appears(files.getByRole("link", { name: /Download all of it\.zip, 2 bytes/ }));
    const opener = files.getByRole("button", { name: /Look at kettle\.png/ });
    await opener.focus();
    await page.keyboard.press("Enter");
    const viewer = page.getByRole("dialog");
    await appears(viewer.getByRole("img", { name: "kettle.png" }), viewer.getByText("1 of 2"));
    await expectAccessible(page, "dialog[open]");
    await page.keyboard.press("ArrowRight");
    await appears(viewer.getByText("The kettle leaks."), viewer.getByText("2 of 2"));
    await expectAccessible(page, "dialog[open]");
    await page.keyboard.press("Escape");
    await disappears(viewer);
    await expect.poll(async () => await page.evaluate("document.activeElement.ariaLabel")).toMatch(/^Look at kettle/);
    expect(new URL(page.url()).pathname).toContain(ticket.id);
  });

  test("can be downloaded as they are", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    const attachment_ids = [await upload(desk, "Bericht für März.zip", "application/zip", base64("PK!"))];
    await customerWrites(desk, ticket.id, "", { attachment_ids });
    const { page } = await openTicket(desk, ticket.id);
    await appears(page.getByText("This message has no text."));
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: /Download Bericht für März\.zip/ }).click();
    expect((await download).suggestedFilename()).toBe("Bericht für März.zip");
  });

  test("say so when they are not what they say", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    const attachment_ids = [await upload(desk, "fake.png", "image/png", base64("<svg onload='alert(1)'>"))];
    await customerWrites(desk, ticket.id, "Harmless", { attachment_ids });
    const { page } = await openTicket(desk, ticket.id, { allow: [/status of 404/] });
    await page.getByRole("button", { name: /Look at fake\.png/ }).click();
    await appears(page.getByRole("dialog").getByText(/This file cannot be shown/));
  });

  test("are not listed again when the text shows them", async () => {
    const desk = await openWebDesk();
    const ticket = await desk.ticket();
    const inside = await upload(desk, "logo.png", "image/png", PICTURE, { content_id: "logo@customers.example" });
    const beside = await upload(desk, "photo.png", "image/png", PICTURE);
    const body = '<p>Regards</p><img src="cid:logo@customers.example" alt="Our logo">';
    await customerWrites(desk, ticket.id, body, { htmlized: true, attachment_ids: [inside, beside] });
    const { page } = await openTicket(desk, ticket.id);
    await appears(page.frameLocator("iframe").getByRole("img", { name: "Our logo" }));
    const files = conversation(page).getByRole("list", { name: "1 attachment" });
    await appears(files.getByRole("button", { name: /Look at photo\.png/ }));
    expect(await page.getByRole("button", { name: /Look at logo\.png/ }).count()).toBe(0);
  });
});
