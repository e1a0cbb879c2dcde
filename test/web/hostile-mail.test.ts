import { readFileSync, readdirSync } from "node:fs";
import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { inChromium } from "../support/chromium.ts";
import type { TestDesk } from "../support/test-api.ts";
import { appears, openPage, openWebDesk } from "../support/web-desk.ts";

const FOLDER = join(import.meta.dirname, "../fixtures/html");
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".html"));

interface Canary {
  host: string;
  /** Connections of any kind: also those that never became a request. */
  connections: number;
  requests: IncomingMessage[];
}

/** The host that no mail may reach. Another site than ours: `localhost`, where ours is an address. */
async function startCanary(): Promise<Canary> {
  const canary: Canary = { host: "", connections: 0, requests: [] };
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    canary.requests.push(request);
    response.writeHead(200, { "Content-Type": "image/gif" }).end(Buffer.from("R0lGODlhAQABAAAAACw=", "base64"));
  });
  server.on("connection", (socket) => {
    canary.connections += 1;
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  canary.host = `localhost:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return canary;
}

/** One ticket whose messages are the files, each with the canary for `evil.example`. */
async function receive(desk: TestDesk, canary: Canary, files: readonly string[]) {
  const ticket = await desk.ticket({ subject: "Please look at this" });
  const messages: { file: string; url: string }[] = [];
  for (const file of files) {
    const html = readFileSync(join(FOLDER, file), "utf8").replaceAll("evil.example", canary.host).replaceAll("\0", "");
    const body = `${html}<p>The end of ${file}</p>`;
    const from = { type: "reply", direction: "in", from: "mallory@customers.example" };
    const got = await desk.post(`/tickets/${ticket.id}/messages`, { ...from, body, htmlized: true });
    expect([got.status, file]).toEqual([201, file]);
    messages.push({ file, url: `/view/messages/${ticket.id}/${got.body.id}?part=all&theme=light&images=` });
  }
  return { ticket, messages };
}

inChromium("mail that attacks its reader", () => {
  test("is more than forty kinds of it", () => {
    expect(FILES.length).toBeGreaterThanOrEqual(45);
  });

  test("runs nothing, loads nothing and goes nowhere in the conversation", async () => {
    const desk = await openWebDesk();
    const canary = await startCanary();
    const { ticket } = await receive(desk, canary, FILES);
    const { page, context } = await openPage(desk, { at: "/signin", as: {} });
    let fired = 0;
    await context.exposeBinding("fire", () => (fired += 1));
    page.on("dialog", () => (fired += 1));
    page.on("download", () => (fired += 1));
    const at = `/inbox/all/t/${ticket.id}`;
    await page.goto(at);
    const frames = page.locator("iframe");
    await appears(frames);
    // Nothing was read yet, so that all are open. They load as they come near: from the top to the end.
    await page.getByRole("region", { name: "Ticket", exact: true }).hover();
    await page.mouse.wheel(0, -100_000);
    await page.waitForTimeout(300);
    await expect
      .poll(
        async () => {
          await page.mouse.wheel(0, 400);
          return await frames.count();
        },
        { timeout: 40_000, interval: 100 },
      )
      .toBe(FILES.length);
    await page.waitForTimeout(1000);
    expect(fired).toBe(0);
    expect(canary).toMatchObject({ connections: 0, requests: [] });
    expect(context.pages()).toHaveLength(1);
    expect(new URL(page.url()).pathname).toBe(at);
    await appears(page.getByRole("button", { name: "Reply", exact: true }));
  });

  test("does nothing either when a message is opened as a page of its own", async () => {
    const desk = await openWebDesk();
    const canary = await startCanary();
    const { messages } = await receive(desk, canary, FILES);
    const { page, context } = await openPage(desk, { at: "/signin", as: {}, allow: [/favicon\.ico/] });
    const fired: string[] = [];
    let now = "";
    await context.exposeBinding("fire", () => fired.push(now));
    page.on("dialog", () => fired.push(now));
    for (const { file, url } of messages) {
      now = file;
      await page.goto(`${url}0`);
      expect([file, new URL(page.url()).pathname]).toEqual([file, url.split("?")[0]]);
      // Buttons, fields and links of the mail: none is left that does anything here.
      const active =
        "script, iframe, form, input, button, svg, math, link, base, [onerror], [style*='fixed'], a[href^='j' i]";
      expect([file, await page.locator(active).count()]).toEqual([file, 0]);
    }
    await page.waitForTimeout(300);
    expect(fired).toEqual([]);
    expect(canary).toMatchObject({ connections: 0, requests: [] });
    expect(context.pages()).toHaveLength(1);
  });

  test("loads its images once somebody asks for them: those alone, telling nobody who asked", async () => {
    const desk = await openWebDesk();
    const canary = await startCanary();
    const { ticket } = await receive(desk, canary, ["images.html"]);
    const { page } = await openPage(desk, { at: `/inbox/all/t/${ticket.id}`, allow: [/another host/, /ERR_SSL/] });
    await appears(page.frameLocator("iframe").getByText("The end of images.html"));
    expect(canary.connections).toBe(0);
    await page.getByRole("button", { name: "Show images" }).click();
    await expect.poll(() => canary.requests.length).toBeGreaterThan(1);
    await page.waitForTimeout(300);
    for (const { method, url, headers } of canary.requests) {
      expect([method, url]).toEqual(["GET", expect.stringMatching(/^\/\d+\.(gif|png)$/)]);
      expect(headers).not.toHaveProperty("cookie");
      expect(headers).not.toHaveProperty("referer");
      expect(headers["sec-fetch-dest"]).toBe("image");
    }
  });
});
