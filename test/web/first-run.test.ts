import { readFileSync } from "node:fs";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { expect, onTestFinished, test } from "vitest";
import { newInstallation } from "../cli/installation.ts";
import { expectAccessible } from "../support/axe.ts";
import { inChromium, sharedChromium } from "../support/chromium.ts";
import { startScriptedImap } from "../support/scripted-imap.ts";
import { type Served, serve } from "../support/served.ts";
import { appears } from "../support/web-desk.ts";

const TLS = join(import.meta.dirname, "../fixtures/tls");

/** A mail server that wants a name and a password, over TLS. */
async function startMailServer(): Promise<{ port: number; taken: string[] }> {
  const taken: string[] = [];
  const server = new SMTPServer({
    secure: true,
    key: readFileSync(join(TLS, "localhost.key")),
    cert: readFileSync(join(TLS, "localhost.crt")),
    onAuth: ({ username, password }, _session, done) =>
      password === "app password" ? done(null, { user: username ?? "" }) : done(new Error("535 not that one")),
    onData: (stream, session, done) => {
      stream.resume().on("end", () => {
        taken.push(...session.envelope.rcptTo.map(({ address }) => address));
        done();
      });
    },
  });
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  onTestFinished(async () => await new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as AddressInfo).port, taken };
}

/** A first start, and what it printed: the page where somebody takes charge. */
async function firstStart(): Promise<{ served: Served; setup: string }> {
  const place = await newInstallation();
  const served = await serve(place, [], {
    CANTRIP_ALLOW_PRIVATE_HOSTS: "127.0.0.1,localhost",
    NODE_EXTRA_CA_CERTS: join(TLS, "localhost.crt"),
  });
  onTestFinished(async () => {
    await served.stop();
    await place.remove();
  });
  return { served, setup: (JSON.parse(served.line) as { setup_url: string }).setup_url };
}

inChromium("the first run", () => {
  test("goes from the printed link over a mailbox that is tested both ways to a ticket that teaches the keys", async () => {
    const imap = await startScriptedImap(["From: a@x.example\r\nSubject: Before\r\n\r\nHello\r\n"]);
    onTestFinished(async () => await imap.close());
    const smtp = await startMailServer();
    const { served, setup } = await firstStart();
    const context = await (await sharedChromium()).newContext({ locale: "en-GB", reducedMotion: "reduce" });
    onTestFinished(async () => await context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    // Whoever comes without the link is not let in, and told where it is.
    await page.goto(served.url);
    await appears(page.getByText("Open the link that the server printed when it started", { exact: false }));

    await page.goto(setup);
    await appears(page.getByRole("heading", { name: "Set up your help desk" }));
    await expectAccessible(page);
    await page.getByLabel("Name of the help desk").fill("Acme");
    await page.getByLabel("First name").fill("Ada");
    await page.getByLabel("Email").fill("ada@acme.example");
    await page.getByLabel("Password").fill("too short");
    await page.getByRole("button", { name: "Create the help desk" }).click();
    expect(await page.getByLabel("Name of the help desk").inputValue()).toBe("Acme");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Create the help desk" }).click();

    await appears(page.getByRole("heading", { name: "Connect your mailbox" }));
    await page.getByLabel("Email address").fill("help@acme.example");
    await page.getByLabel("Email address").blur();
    const receiving = page.getByRole("group", { name: "Receiving" });
    const sending = page.getByRole("group", { name: "Sending" });
    expect(await receiving.getByLabel("Server").inputValue()).toBe("imap.acme.example");
    await expectAccessible(page);
    await receiving.getByLabel("Server").fill("127.0.0.1");
    await receiving.getByLabel("Encryption").selectOption({ label: "None" });
    await receiving.getByLabel("Port").fill(String(imap.port));
    await sending.getByLabel("Server").fill("localhost");
    await sending.getByLabel("Encryption").selectOption({ label: "TLS" });
    await sending.getByLabel("Port").fill(String(smtp.port));
    await page.getByLabel("Password or app password").fill("wrong");
    await page.getByRole("button", { name: "Test and connect" }).click();
    await appears(
      page.getByText("Receiving works"),
      page.getByText("Sending does not work yet"),
      page.getByRole("alert").getByText("Nothing was connected yet: see what failed above."),
    );
    expect(await page.getByLabel("Email address").inputValue()).toBe("help@acme.example");
    await expectAccessible(page);
    await page.getByLabel("Password or app password").fill("app password");
    await page.getByRole("button", { name: "Test and connect" }).click();
    await appears(page.getByRole("row", { name: /Welcome: the keys in two minutes/ }));
    expect(smtp.taken).toEqual(["ada@acme.example"]);

    const api = async (path: string): Promise<unknown> =>
      await page.evaluate(
        async (asked) => await (await fetch(`/api/v1${asked}`, { headers: { "X-Cantrip-Client": "web" } })).json(),
        path,
      );
    expect(await api("/mailboxes")).toMatchObject([{ host: "127.0.0.1", user: "help@acme.example" }]);
    expect(await api("/transports")).toMatchObject([{ host: "localhost", user: "help@acme.example" }]);
    expect(await api("/inboxes?fields=address")).toEqual([{ address: "help@acme.example" }]);
    // What is new from now on comes in; what was there before does not.
    imap.append("From: b@x.example\r\nTo: help@acme.example\r\nSubject: After\r\n\r\nHello\r\n");
    await appears(page.getByRole("row", { name: /After/ }));
    expect(await page.getByRole("row", { name: /Before/ }).count()).toBe(0);
    await page.getByRole("row", { name: /Welcome/ }).click();
    await appears(page.getByRole("heading", { name: "Welcome: the keys in two minutes" }));
    // The link has done its work.
    await page.goto(setup);
    await appears(page.getByRole("heading", { name: "This help desk is set up already" }));
  }, 300_000);

  test("lets the mailbox wait", async () => {
    const { setup } = await firstStart();
    const context = await (
      await sharedChromium()
    ).newContext({ locale: "de-DE", viewport: { width: 360, height: 740 } });
    onTestFinished(async () => await context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(setup);
    await page.getByLabel("Name des Helpdesks").fill("Acme");
    await page.getByLabel("Vorname").fill("Ada");
    await page.getByLabel("E-Mail").fill("ada@acme.example");
    await page.getByLabel("Passwort").fill("correct horse battery");
    await page.getByRole("button", { name: "Helpdesk anlegen" }).click();
    await appears(page.getByRole("heading", { name: "Postfach verbinden" }));
    await expectAccessible(page);
    await page.getByRole("link", { name: "Vorerst überspringen" }).click();
    await appears(page.getByRole("row", { name: /Welcome: the keys in two minutes/ }));
  }, 300_000);
});
