import { expect, onTestFinished, test } from "vitest";
import { storeReceivedMessage } from "../../src/desk/store-received.ts";
import { inChromium } from "../support/chromium.ts";
import { startScriptedImap } from "../support/scripted-imap.ts";
import { startScriptedSmtp } from "../support/scripted-smtp.ts";
import type { TestServer } from "../support/test-api.ts";
import { appears, disappears, openPage, openWebDesk } from "../support/web-desk.ts";
import { startWebServer } from "../support/web-server.ts";

/** For a machine that has other things to do. */
const PATIENCE = 180_000;

/** A server whose operator lets help desks use mail servers of this machine. */
async function permissive(): Promise<TestServer> {
  const server = await startWebServer({ allowPrivateHosts: ["127.0.0.1"] });
  onTestFinished(async () => await server.close());
  return server;
}

inChromium("mail in the settings", () => {
  test(
    "an inbox is made, named, and not deleted while tickets are in it",
    async () => {
      const desk = await openWebDesk();
      const { page } = await openPage(desk, {
        as: { role: "admin" },
        at: "/settings/inboxes",
        allow: [/status of 422/],
      });
      await page.getByRole("link", { name: "New inbox" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Billing");
      await page.getByLabel("Email address").fill("billing");
      await page.getByRole("button", { name: "New inbox" }).click();
      await appears(page.getByText(/^address must be an email address/));
      await page.getByLabel("Email address").fill("billing@desk.example");
      await page.getByRole("button", { name: "New inbox" }).click();
      await appears(page.getByRole("heading", { name: "Billing", level: 1 }));
      await page.getByLabel("Name of the sender").fill("{{user.first_name}} of {{account.name}}");
      await page.getByRole("form", { name: "Billing" }).getByRole("button", { name: "Save", exact: true }).click();
      await appears(page.getByText("Saved", { exact: true }));
      const [inbox] = (await desk.get("/inboxes?fields=id,name,address,from_name")).body;
      expect(inbox).toMatchObject({
        name: "Billing",
        address: "billing@desk.example",
        from_name: "{{user.first_name}} of {{account.name}}",
      });
      await desk.ticket({ inbox_id: inbox.id });
      await page.getByRole("button", { name: "Delete", exact: true }).click();
      const question = page.getByRole("dialog", { name: "Delete the inbox Billing?" });
      await question.getByRole("button", { name: "Delete" }).click();
      await appears(page.getByRole("alert").getByText(/ticket/));
      expect((await desk.get("/inboxes")).body).toHaveLength(2);
      await page.getByRole("button", { name: "Make a key" }).click();
      await appears(page.getByText("Set this TXT record in the DNS of desk.example:"));
      expect(await page.getByLabel("Value of the record", { exact: true }).inputValue()).toMatch(/^v=DKIM1; k=rsa; p=/);
    },
    PATIENCE,
  );

  test(
    "a mailbox is tested step by step before it is kept, fetched, and shows what goes wrong",
    async () => {
      const imap = await startScriptedImap(["From: a@x.example\r\nSubject: One\r\n\r\nHello\r\n"]);
      onTestFinished(async () => await imap.close());
      const desk = await openWebDesk(await permissive());
      const { page } = await openPage(desk, {
        as: { role: "admin" },
        at: `/settings/inboxes/${desk.inbox.id}`,
        allow: [/status of 422/],
      });
      await page.getByRole("link", { name: "Connect a mailbox" }).click();
      await page.getByLabel("Provider").selectOption({ label: "Gmail or Google Workspace" });
      expect(await page.getByLabel("Server", { exact: true }).inputValue()).toBe("imap.gmail.com");
      await page.getByLabel("Provider").selectOption({ label: "Another" });
      await page.getByLabel("Server", { exact: true }).fill("127.0.0.1");
      await page.getByLabel("Encryption").selectOption({ label: "None" });
      await page.getByLabel("Port").fill("1");
      await page.getByRole("button", { name: "Test" }).click();
      await appears(page.getByText("password is required to sign in, or oauth"));
      await page.getByLabel("Password or app password").fill("secret");
      await page.getByRole("button", { name: "Test" }).click();
      await appears(page.getByRole("status", { name: "Receiving" }).getByText("Receiving does not work yet"));
      await page.getByLabel("Port").fill(String(imap.port));
      await page.getByRole("button", { name: "Test" }).click();
      await appears(
        page.getByText("Receiving works"),
        page.getByRole("status", { name: "Receiving" }).getByText("the folder INBOX has 1 messages"),
      );
      await page.getByRole("button", { name: "Connect a mailbox" }).click();
      await appears(page.getByRole("heading", { name: "Support", level: 1 }));
      const line = page.getByRole("list", { name: "Receiving" }).getByRole("link");
      await appears(line.getByText("Works"));
      expect((await desk.get("/mailboxes")).body).toMatchObject([{ host: "127.0.0.1", user: "help@desk.example" }]);
      await line.click();
      await page.getByLabel("What becomes of mail that was taken").selectOption({ label: "It is marked as read" });
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await appears(page.getByText("Saved", { exact: true }));
      expect((await desk.get("/mailboxes")).body).toMatchObject([{ after: "seen" }]);
      await page.getByRole("button", { name: "Remove" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
      await appears(page.getByRole("heading", { name: "Support", level: 1 }));
      expect((await desk.get("/mailboxes")).body).toEqual([]);
    },
    PATIENCE,
  );

  test(
    "a mail server is tested with a message to oneself before it is kept",
    async () => {
      const smtp = await startScriptedSmtp();
      onTestFinished(async () => await smtp.close());
      const desk = await openWebDesk(await permissive());
      const at = `/settings/servers/new?inbox=${desk.inbox.id}`;
      const { page, user } = await openPage(desk, { as: { role: "admin" }, at });
      await page.getByLabel("Server", { exact: true }).fill("127.0.0.1");
      await page.getByLabel("Encryption").selectOption({ label: "None" });
      await page.getByLabel("Port").fill(String(smtp.port));
      await page.getByLabel("Sign in with").selectOption({ label: "Nothing" });
      await page.getByRole("button", { name: "Test" }).click();
      await appears(
        page.getByText("Sending works"),
        page.getByText(`the server took a test message for ${user?.email}`),
      );
      expect(smtp.accepted).toMatchObject([{ from: "help@desk.example", to: [user?.email] }]);
      await page.getByRole("button", { name: "Add", exact: true }).click();
      await appears(page.getByText("It has a mail server of its own."));
      expect((await desk.get("/transports")).body).toMatchObject([{ host: "127.0.0.1", inbox_id: desk.inbox.id }]);
    },
    PATIENCE,
  );

  test(
    "what was put aside says why, is tried again by hand, and leads to its ticket",
    async () => {
      const desk = await openWebDesk();
      const { storage } = desk.server;
      const raw = Buffer.from(
        "From: Ruby <ruby@x.example>\r\nTo: help@desk.example\r\nSubject: Lost\r\n\r\nWhere is it?\r\n",
      );
      const reason = "it could not be filed: the disk was full";
      const { id: accountId } = desk.account;
      const received = { accountId, inboxId: desk.inbox.id, source: "smtp", sourcePosition: null, raw } as const;
      await storeReceivedMessage(storage, { ...received, refused: reason });
      const { page } = await openPage(desk, { as: { role: "admin" }, at: "/settings/received" });
      await page.getByLabel("What became of it").selectOption({ label: "Put aside" });
      await page.getByRole("list", { name: "Received mail" }).getByRole("link").click();
      await appears(page.getByText(reason));
      await page.getByRole("button", { name: "Try again" }).click();
      await appears(page.getByText("Tried again: New ticket"));
      await disappears(page.getByText(reason));
      await page.getByRole("link", { name: /^Open ticket \d+/ }).click();
      await appears(page.getByRole("heading", { name: "Lost" }), page.getByText("Where is it?"));
    },
    PATIENCE,
  );
});
