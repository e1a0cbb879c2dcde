import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { afterEach, describe, expect, test } from "vitest";
import { createInbox } from "../../src/desk/inboxes.ts";
import { startInboxServer } from "../../src/channels/email/inbox-server.ts";
import { Faults } from "../../src/domain/faults.ts";
import type { SMTP_LIMITS } from "../../src/mail/smtp-server.ts";
import { updateInbox } from "../../src/storage/inboxes.ts";
import { type MailServers, startMailServers } from "../../src/tasks/mail-servers.ts";
import { type SmtpClient, connectSmtp } from "../support/smtp-client.ts";
import { ENGINE_MISSING, sharedStorage } from "../support/test-storage.ts";
import { type MailDesk, letter, openMailDesk } from "./mail-desk.ts";

describe.skipIf(ENGINE_MISSING !== null)("the mail server", () => {
  const closing: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  const open = async (): Promise<{ desk: MailDesk; servers: MailServers }> => {
    const desk = await openMailDesk(await sharedStorage());
    const servers = await startMailServers(desk.storage, {
      smtpPort: 0,
      lmtpPort: 0,
      smtpHost: "127.0.0.1",
      site: desk.site,
      mailLimit: 100_000,
      tls: null,
      onError: () => undefined,
    });
    closing.push(servers.stop);
    return { desk, servers };
  };
  const speak = async (port: number | null, hello = "EHLO client.example"): Promise<SmtpClient> => {
    const client = await connectSmtp(port ?? 0);
    closing.push(client.close);
    await client.say(hello);
    return client;
  };
  const settled = async (desk: MailDesk): Promise<void> =>
    await expect.poll(async () => (await desk.ledger()).every(({ outcome }) => outcome !== "pending")).toBe(true);

  test("takes a message for an inbox, and says who brought it", async () => {
    const { desk, servers } = await open();
    const client = await speak(servers.smtpPort);
    expect(await client.say("MAIL FROM:<ruby@customer.example>")).toMatch(/^250/);
    expect(await client.say("RCPT TO:<Help@Desk.example>")).toMatch(/^250/);
    expect(await client.data(letter("by SMTP\r\n.a dot in front"))).toEqual([expect.stringMatching(/^250/)]);
    const [row] = await desk.ledger();
    expect(row).toMatchObject({ source: "smtp", inbox_id: desk.inbox.id });
    await settled(desk);
    expect(await desk.bodies()).toEqual(["by SMTP\r\n.a dot in front".replaceAll("\r\n", "\n")]);
    const stream = await desk.storage.blobs.read(desk.accountId, row?.hash ?? "");
    const raw = Buffer.concat((await stream.toArray()) as Buffer[]).toString();
    expect(raw).toMatch(
      /^Return-Path: <ruby@customer\.example>\r\nDelivered-To: Help@Desk\.example\r\nReceived: from client\.example/,
    );
  });

  test("refuses a recipient that is no inbox, and relays nothing", async () => {
    const { desk, servers } = await open();
    const client = await speak(servers.smtpPort);
    await client.say("MAIL FROM:<ruby@customer.example>");
    expect(await client.say("RCPT TO:<nobody@desk.example>")).toMatch(/^550 5\.1\.1/);
    expect(await client.say("RCPT TO:<friend@elsewhere.example>")).toMatch(/^550 5\.1\.1/);
    expect(await client.data(letter("to nobody"))).toEqual([expect.stringMatching(/^503/)]);
    expect(await desk.ledger()).toEqual([]);
  });

  test("takes an address with a key after a plus for the inbox before it", async () => {
    const { desk, servers } = await open();
    const client = await speak(servers.smtpPort);
    await client.say("MAIL FROM:<>");
    expect(await client.say("RCPT TO:<help+t4.Xyz@desk.example>")).toMatch(/^250/);
    expect(await client.data(letter("with a key"))).toEqual([expect.stringMatching(/^250/)]);
    await settled(desk);
    expect(await desk.bodies()).toEqual(["with a key"]);
  });

  test("refuses what is too large: by its announced size, and by its bytes", async () => {
    const { desk, servers } = await open();
    const client = await speak(servers.smtpPort);
    expect(await client.say("MAIL FROM:<ruby@customer.example> SIZE=100001")).toMatch(/^552/);
    await client.say("MAIL FROM:<ruby@customer.example>");
    await client.say("RCPT TO:<help@desk.example>");
    expect(await client.data(letter("x\r\n".repeat(40_000)))).toEqual([expect.stringMatching(/^552/)]);
    expect(await desk.ledger()).toEqual([]);
  });

  test("gives a message to two inboxes two rows, and one inbox one row however it is addressed", async () => {
    const { desk, servers } = await open();
    const second = await desk.storage.db.transact(
      async (tx) =>
        await createInbox(tx, desk.accountId, { name: "Sales", address: "sales@desk.example" }, new Faults()),
    );
    const client = await speak(servers.smtpPort);
    await client.say("MAIL FROM:<ruby@customer.example>");
    for (const name of ["help", "sales", "help+again"]) await client.say(`RCPT TO:<${name}@desk.example>`);
    expect(await client.data(letter("to both"))).toEqual([expect.stringMatching(/^250/)]);
    const rows = await desk.ledger();
    expect(rows.map(({ inbox_id }) => inbox_id).toSorted()).toEqual([desk.inbox.id, second.id].toSorted());
  });

  test("keeps nothing of a message whose client went away in the middle", async () => {
    const { desk, servers } = await open();
    const client = await speak(servers.smtpPort);
    await client.say("MAIL FROM:<ruby@customer.example>");
    await client.say("RCPT TO:<help@desk.example>");
    await client.say("DATA");
    client.socket.end(letter("half of it"));
    await once(client.socket, "close");
    expect(await desk.ledger()).toEqual([]);
  });

  test("knows an inbox as soon as there is one, and no longer", async () => {
    const { desk, servers } = await open();
    const client = await speak(servers.lmtpPort, "LHLO postfix.example");
    await client.say("MAIL FROM:<ruby@customer.example>");
    const ask = async (): Promise<string> => await client.say("RCPT TO:<sales@desk.example>");
    const { db } = desk.storage;
    expect(await ask()).toMatch(/^550 5\.1\.1/);
    const input = { name: "Sales", address: "sales@desk.example" };
    const { id } = await db.transact(async (tx) => await createInbox(tx, desk.accountId, input, new Faults()));
    expect(await ask()).toMatch(/^250/);
    expect(await ask()).toMatch(/^250/);
    const address = { address: "elsewhere@desk.example", address_key: "elsewhere@desk.example" };
    await db.transact(async (tx) => await updateInbox(tx, desk.accountId, id, address));
    expect(await ask()).toMatch(/^550 5\.1\.1/);
  });

  test("answers 451 when the storage fails, and the second try is taken", async () => {
    const desk = await openMailDesk(await sharedStorage());
    let broken = true;
    const server = await startInboxServer({
      db: desk.storage.db,
      protocol: "smtp",
      host: "127.0.0.1",
      port: 0,
      name: "test",
      tls: null,
      site: desk.site,
      messageBytes: 100_000,
      onError: () => undefined,
      store: async () => {
        await Promise.resolve();
        if (broken) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC", syscall: "write" });
      },
    });
    closing.push(server.close);
    const client = await speak(server.port);
    for (const expected of [/^451 4\.3\.0/, /^250/]) {
      await client.say("MAIL FROM:<ruby@customer.example>");
      await client.say("RCPT TO:<help@desk.example>");
      expect(await client.data(letter("again"))).toEqual([expect.stringMatching(expected)]);
      broken = false;
    }
  });

  test("answers for each recipient by LMTP: one is taken, the other may be tried again", async () => {
    const desk = await openMailDesk(await sharedStorage());
    await desk.storage.db.transact(
      async (tx) =>
        await createInbox(tx, desk.accountId, { name: "Sales", address: "sales@desk.example" }, new Faults()),
    );
    const stored: string[] = [];
    const server = await startInboxServer({
      db: desk.storage.db,
      protocol: "lmtp",
      host: "127.0.0.1",
      port: 0,
      name: "test",
      tls: null,
      site: desk.site,
      messageBytes: 100_000,
      onError: () => undefined,
      store: async ({ address }) => {
        await Promise.resolve();
        if (address === "sales@desk.example") throw new Error("not now");
        stored.push(address ?? "");
      },
    });
    closing.push(server.close);
    const client = await speak(server.port, "LHLO postfix.example");
    await client.say("MAIL FROM:<ruby@customer.example>");
    await client.say("RCPT TO:<help@desk.example>");
    expect(await client.say("RCPT TO:<nobody@desk.example>")).toMatch(/^550/);
    await client.say("RCPT TO:<sales@desk.example>");
    expect(await client.data(letter("to two"), 2)).toEqual([
      expect.stringMatching(/^250/),
      expect.stringMatching(/^451/),
    ]);
    expect(stored).toEqual(["help@desk.example"]);
  });

  test("encrypts when it has a certificate (STARTTLS), and offers no sign-in", async () => {
    const desk = await openMailDesk(await sharedStorage());
    const file = (name: string): Buffer => readFileSync(join(import.meta.dirname, "../fixtures/tls", name));
    const servers = await startMailServers(desk.storage, {
      smtpPort: 0,
      lmtpPort: null,
      smtpHost: "127.0.0.1",
      site: desk.site,
      mailLimit: 100_000,
      tls: { cert: file("localhost.crt"), key: file("localhost.key") },
      onError: () => undefined,
    });
    closing.push(servers.stop);
    const transport = createTransport({
      host: "localhost",
      port: servers.smtpPort ?? 0,
      requireTLS: true,
      tls: { ca: file("localhost.crt") },
    });
    closing.push(() => transport.close());
    const mail = { from: "ruby@customer.example", to: "help@desk.example", subject: "Sealed", text: "by nodemailer" };
    expect((await transport.sendMail(mail)).accepted).toEqual(["help@desk.example"]);
    await settled(desk);
    expect(await desk.bodies()).toEqual(["by nodemailer"]);
    const [row] = await desk.ledger();
    const stream = await desk.storage.blobs.read(desk.accountId, row?.hash ?? "");
    expect(Buffer.concat((await stream.toArray()) as Buffer[]).toString()).toMatch(/ with ESMTPS id /);
    const client = await connectSmtp(servers.smtpPort ?? 0);
    closing.push(client.close);
    await client.say("EHLO client.example");
    expect(await client.say("AUTH PLAIN AHgAeA==")).toMatch(/^5/);
  });

  test("limits what one address may do", async () => {
    const desk = await openMailDesk(await sharedStorage());
    const limits: Partial<typeof SMTP_LIMITS> = { connections: 2, messagesPerMinute: 3 };
    const server = await startInboxServer({
      db: desk.storage.db,
      protocol: "smtp",
      host: "127.0.0.1",
      port: 0,
      name: "test",
      tls: null,
      site: desk.site,
      messageBytes: 100_000,
      limits,
      onError: () => undefined,
      store: async () => await Promise.resolve(),
    });
    closing.push(server.close);
    const client = await speak(server.port);
    const other = await speak(server.port);
    const third = await connectSmtp(server.port);
    closing.push(third.close);
    expect(await third.say("EHLO third.example")).toMatch(/^421/);
    other.close();
    const answers: string[] = [];
    for (let each = 0; each < 4; each += 1) {
      answers.push(await client.say("MAIL FROM:<ruby@customer.example>"));
      await client.say("RSET");
    }
    expect(answers.map((line) => line.slice(0, 3))).toEqual(["250", "250", "250", "451"]);
  });
});
