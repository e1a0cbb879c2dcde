import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createTicket } from "../../src/desk/create-ticket.ts";
import { storeReceivedMessage } from "../../src/desk/store-received.ts";
import { SYSTEM } from "../../src/domain/events.ts";
import { Faults } from "../../src/domain/faults.ts";
import { findLastMessage } from "../../src/storage/messages.ts";
import { openStorage } from "../../src/storage/open.ts";
import { findReceivedMessage } from "../../src/storage/received-messages.ts";
import { type Installation, type SetUp, newInstallation, setup } from "./installation.ts";

const ID = /^[0-9a-f]{24}$/;

const mail = (subject: string, headers = ""): Buffer =>
  Buffer.concat([
    Buffer.from(`From: Ruby <ruby@example.com>\r\nTo: help@acme.example\r\nSubject: ${subject}\r\n`),
    Buffer.from(
      `Message-ID: <${subject.replaceAll(/\W/g, "-")}@example.com>\r\nDate: Mon, 2 Mar 2026 09:30:00 +0000\r\n`,
    ),
    Buffer.from(`${headers}Content-Type: text/plain; charset=iso-8859-1\r\n\r\nBl`),
    // Not UTF-8: a program that reads text spoils it.
    Buffer.from([0xfc]),
    Buffer.from(`mchen for ${subject}\r\n`),
  ]);

describe.skipIf(inject("postgresMissing") !== null)("mail receive", () => {
  let place: Installation;
  let made: SetUp;
  const receive = async (input: Uint8Array | string, args: string[] = [], env: Record<string, string> = {}) =>
    await place.run(["mail", "receive", "--site", "acme", "--inbox", "help@acme.example", "--json", ...args], {
      input,
      env,
    });

  beforeAll(async () => {
    place = await newInstallation();
    made = (await place.run(setup("acme"))).json<SetUp>();
  });
  afterAll(async () => {
    await place.remove();
  });

  test("makes a ticket, and of the same message a duplicate", async () => {
    const first = await receive(mail("Hello"));
    expect(first.code).toBe(0);
    expect(first.json()).toEqual({
      id: expect.stringMatching(ID),
      outcome: "ticket",
      reason: expect.anything(),
      ticket_id: expect.stringMatching(ID),
      message_id: expect.stringMatching(ID),
    });
    const second = await receive(mail("Hello"));
    expect(second).toMatchObject({ code: 0 });
    expect(second.json()).toMatchObject({ outcome: "duplicate", ticket_id: first.json()["ticket_id"] });
  });

  test("finds the only help desk and the inbox in whatever case they are named", async () => {
    const ran = await place.run(["mail", "receive", "--inbox", "Help@ACME.example"], { input: mail("Case") });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Received as [0-9a-f]{24}: ticket, /) });
  });

  test("keeps what nobody can make a ticket of, and says that it has it", async () => {
    const ran = await receive("\0\0\0");
    expect(ran.code).toBe(0);
    const { id, outcome } = ran.json();
    const list = (await place.run(["mail", "list", "--json"])).json<{ messages: { id: string; outcome: string }[] }>();
    expect(list.messages).toContainEqual(expect.objectContaining({ id, outcome }));
  });

  test("keeps an empty message too, with the reason why nothing is made of it", async () => {
    const ran = await receive("");
    expect(ran.code).toBe(0);
    expect(ran.json()).toMatchObject({ outcome: "quarantine", reason: expect.stringContaining("empty") });
    const { stdout } = await place.run(["doctor"]);
    expect(stdout).toMatch(/acme: mail: [1-9]\d* put aside for a person \(quarantine\)/);
    expect(stdout).toContain("cantrip mail list --site acme --outcome quarantine");
  });

  test("tells a mail server by sysexits.h what is wrong", async () => {
    const message = mail("Refused");
    const ran = {
      usage: await place.run(["mail", "receive", "--site", "acme"], { input: message }),
      unknownOption: await receive(message, ["--frobnicate"]),
      noInbox: await receive(message, ["--inbox", "nobody@acme.example"]),
      noSite: await receive(message, ["--site", "nobody"]),
      tooLarge: await receive(Buffer.alloc(200_000, "x"), [], { CANTRIP_MAIL_LIMIT: "1024" }),
      noFolder: await receive(message, ["--data", `${place.data}-elsewhere`], { DATABASE_URL: "" }),
      noDatabase: await receive(message, [], { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" }),
      settings: await receive(message, [], { CANTRIP_MAIL_LIMIT: "lots" }),
    };
    const codes = Object.fromEntries(Object.entries(ran).map(([name, { code }]) => [name, code]));
    expect(codes).toEqual({
      usage: 64,
      unknownOption: 64,
      noInbox: 67,
      noSite: 67,
      tooLarge: 69,
      noFolder: 75,
      noDatabase: 75,
      settings: 78,
    });
    expect(Object.values(ran).every(({ stdout, stderr }) => stdout === "" && stderr.startsWith("error: "))).toBe(true);
    const { messages } = (await place.run(["mail", "list", "--json"])).json<{
      messages: { mail_id: string | null }[];
    }>();
    expect(messages.some(({ mail_id }) => mail_id?.includes("Refused") === true)).toBe(false);
  });

  test("lists the ledger by outcome, and has nothing left to process", async () => {
    const list = await place.run(["mail", "list", "--outcome", "duplicate", "--json"]);
    expect(list.json()).toMatchObject({
      messages: [{ outcome: "duplicate", source: "pipe", from: expect.stringContaining("ruby@example.com") }],
    });
    const processed = await place.run(["mail", "process", "--site", "acme", "--json"]);
    const none = { tickets: 0, replies: 0, bounces: 0, auto_replies: 0, duplicates: 0, spam: 0, quarantined: 0 };
    expect(processed.json()).toEqual({ ...none, processed: 0, failed: 0 });
  });

  test("lists a delivery report on a reply as what it is, not by its number", async () => {
    const { account, user } = made;
    const storage = await openStorage({ data: place.data, databaseUrl: place.databaseUrl });
    try {
      const mailId = await storage.db.transact(async (tx) => {
        const reply = {
          type: "reply",
          direction: "out",
          to: "ruby@example.com",
          body: "Yes",
          user_id: user.id,
        } as const;
        const input = { type: "email", subject: "Sent", customer: { first_name: "Ruby" }, messages: [reply] } as const;
        const ticket = await createTicket(tx, account.id, SYSTEM, input, new Faults());
        return (await findLastMessage(tx, account.id, ticket.id))?.mail_id;
      });
      const report = "From: MAILER-DAEMON@example.com\r\nSubject: Undelivered Mail Returned to Sender\r\n";
      const text = `This is the mail system at host mx.example.com.\r\n\r\nMessage-ID: <${mailId}>\r\n`;
      expect((await receive(`${report}Message-ID: <report-1@mx.example.com>\r\n\r\n${text}`)).json()).toMatchObject({
        outcome: "bounce",
        reason: expect.stringContaining("a delivery report on the message"),
      });
    } finally {
      await storage.close();
    }
    const { stdout } = await place.run(["mail", "list", "--outcome", "bounce"]);
    expect(stdout).toContain("Mail delivery");
    expect(stdout).not.toContain("report-1@mx.example.com");
  });

  test("takes up what another process stored and did not get to process", async () => {
    const { account, inbox } = made;
    // Open all the while: the command line works beside it.
    const storage = await openStorage({ data: place.data, databaseUrl: place.databaseUrl });
    try {
      const origin = { accountId: account.id, inboxId: inbox.id, source: "pipe", sourcePosition: null } as const;
      const id = await storeReceivedMessage(storage, { ...origin, raw: mail("Left behind") });
      const pending = await place.run(["mail", "list", "--outcome", "pending", "--json"]);
      expect(pending.json()).toMatchObject({ messages: [{ id, outcome: "pending", from: null, ticket_id: null }] });
      const ran = await place.run(["mail", "process", "--json"]);
      expect(ran.json()).toMatchObject({ processed: 1, tickets: 1, failed: 0 });
      expect(await findReceivedMessage(storage.db, account.id, id)).toMatchObject({ outcome: "ticket" });
    } finally {
      await storage.close();
    }
  });

  test("answers 0 when the message is stored and cannot be processed yet", async () => {
    const storage = await openStorage({ data: place.data, databaseUrl: place.databaseUrl });
    // Tickets cannot be made: the counter that numbers them is gone.
    const { id } = made.account;
    await storage.db.transact(
      async (tx) => await tx.query.deleteFrom("counters").where("account_id", "=", id).execute(),
    );
    const ran = await receive(mail("Trouble"));
    await storage.db.transact(
      async (tx) =>
        await tx.query.insertInto("counters").values({ account_id: id, last_ticket_number: 1000 }).execute(),
    );
    await storage.close();
    expect(ran.code).toBe(0);
    expect(["quarantine", "pending"]).toContain(ran.json()["outcome"]);
  });
});

describe.skipIf(inject("postgresMissing") !== null)("import mail", () => {
  let place: Installation;
  let files: string;
  const importMail = async (...paths: string[]) =>
    await place.run(["import", "mail", "--site", "acme", "--inbox", "help@acme.example", "--json", ...paths]);
  const put = async (name: string, content: Uint8Array): Promise<void> => {
    await mkdir(dirname(join(files, name)), { recursive: true });
    await writeFile(join(files, name), content);
  };

  beforeAll(async () => {
    place = await newInstallation();
    await place.run(setup("acme"));
    files = join(dirname(place.data), "mail");
    await put("one.eml", mail("One"));
    const from = Buffer.from("From ruby@example.com Mon Mar  2 09:30:00 2026\n");
    await put("box.mbox", Buffer.concat([from, mail("Two"), Buffer.from("\n"), from, mail("Three")]));
    await put("Maildir/cur/1.host:2,S", mail("Four"));
    await put("Maildir/new/2.host", mail("Re: Four", "In-Reply-To: <Four@example.com>\r\n"));
    await put("Maildir/tmp/3.host", mail("Half"));
  });
  afterAll(async () => {
    await place.remove();
  });

  const summary = {
    tickets: 0,
    replies: 0,
    bounces: 0,
    auto_replies: 0,
    duplicates: 0,
    spam: 0,
    quarantined: 0,
    skipped: 0,
  };

  test("takes single messages, mbox files and Maildir folders", async () => {
    const ran = await importMail(files);
    expect(ran.code).toBe(0);
    expect(ran.json()).toEqual({ ...summary, files: 4, messages: 5, tickets: 4, replies: 1 });
    expect(ran.stderr).toContain("5 messages, 100%");
  });

  test("passes over what it took before, by whatever path it is named, and goes on with the rest", async () => {
    await put("more.eml", mail("Five"));
    const ran = await importMail(join(files, "Maildir", ".."));
    expect(ran.json()).toEqual({ ...summary, files: 5, messages: 6, tickets: 1, skipped: 5 });
  });

  test("counts automatic answers and delivery reports apart, and lists them by what they are", async () => {
    const report = "From: MAILER-DAEMON@example.com\r\nSubject: Undelivered Mail Returned to Sender\r\n\r\n";
    await put("machines/away.eml", mail("Away", "In-Reply-To: <One@example.com>\r\nAuto-Submitted: auto-replied\r\n"));
    await put("machines/report.eml", Buffer.from(`${report}This is the mail system at host mx.example.com.\r\n`));
    const ran = await importMail(join(files, "machines"));
    expect(ran.json()).toEqual({ ...summary, files: 2, messages: 2, bounces: 1, auto_replies: 1 });
    for (const outcome of ["bounce", "auto-reply"]) {
      const list = await place.run(["mail", "list", "--outcome", outcome, "--json"]);
      expect(list.json()).toMatchObject({ messages: [{ outcome, source: "import" }] });
    }
  });

  test("goes on after Ctrl-C where it stopped", async () => {
    for (let number = 0; number < 400; number += 1) await put(`many/${number}.eml`, mail(`Many ${number}`));
    const args = ["import", "mail", "--inbox", "help@acme.example", "--json", join(files, "many")];
    const child = place.start(args);
    const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
    let stdout = "";
    child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    // Stopped once something of it is in, or it is done.
    for (;;) {
      const list = await place.run(["mail", "list", "--limit", "1", "--json"]);
      const [newest] = list.json<{ messages: { mail_id: string | null }[] }>().messages;
      if (newest?.mail_id?.startsWith("Many") === true || child.exitCode !== null) break;
    }
    child.kill("SIGINT");
    const code = await closed;
    const first = JSON.parse(stdout) as { messages: number; tickets: number; skipped: number };
    expect(first.tickets).toBe(first.messages);
    expect(code).toBe(first.messages === 400 ? 0 : 130);
    const rest = (await importMail(join(files, "many"))).json();
    expect(rest).toMatchObject({ messages: 400, skipped: first.messages, tickets: 400 - first.messages });
  });

  test("names the path that cannot be read, and the inbox that is not there", async () => {
    const missing = await importMail(join(files, "none"));
    expect(missing).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(join(files, "none")) });
    const nowhere = await place.run(["import", "mail", "--inbox", "nobody@acme.example", files]);
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining("nobody@acme.example") });
    expect((await place.run(["import", "mail", "--inbox", "help@acme.example"])).code).toBe(2);
  });
});
