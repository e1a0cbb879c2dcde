import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createUser } from "../../src/desk/create-user.ts";
import { fileBounce } from "../../src/desk/file-bounce.ts";
import { Faults } from "../../src/domain/faults.ts";
import { DAY, HOUR, MINUTE, setClock } from "../../src/domain/time.ts";
import type { Bounce } from "../../src/mail/bounce.ts";
import { parseMessage } from "../../src/mail/parse.ts";
import { type Act, type ScriptedSmtp, type Stage, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";
import { type PostOffice, localServer, openPostOffice } from "./post-office.ts";

describe.skipIf(ENGINE_MISSING !== null)("a delivery", () => {
  let smtp: ScriptedSmtp;
  let office: PostOffice;
  let ticketId: string;
  let clock: number;

  beforeAll(async () => {
    smtp = await startScriptedSmtp();
    office = await openPostOffice(localServer(smtp.port), 1000);
  });
  beforeEach(async () => {
    clock = Date.now();
    setClock(() => clock);
    smtp.accepted.length = 0;
    smtp.act = () => undefined;
    // What a test that failed left behind is not the next one's.
    await office.forget();
    ticketId = (await office.desk.ticket()).id;
  });
  afterEach(() => setClock());
  afterAll(async () => {
    await office.close();
    await smtp.close();
  });

  const ask = (stage: Stage, act: Act): void => {
    smtp.act = (at) => (at === stage ? act : undefined);
    // A kept connection would not come to the greeting.
    office.means.smtp.close();
  };

  const upload = async (mebibytes: number): Promise<string> => {
    const data = Buffer.alloc(mebibytes * 1024 * 1024).toString("base64");
    const got = await office.desk.post("/attachments", { name: "a.bin", type: "application/zip", data });
    return got.body.id as string;
  };

  test("M3: hands an outbound reply to the mail server, as its agent wrote it", async () => {
    await office.desk.post(`/tickets/${ticketId}/messages`, {
      type: "reply",
      direction: "in",
      from: "Ruby Miller <ruby@example.com>",
      body: "Where is it?",
    });
    const id = await office.reply(ticketId, {
      body: "<p>On its <b>way</b></p>",
      htmlized: true,
      to: "Ruby <ruby@example.com>, b@example.com",
    });
    expect(await office.run()).toBe(1);
    expect(smtp.accepted).toHaveLength(1);
    const [{ from, to, raw } = { from: "", to: [], raw: "" }] = smtp.accepted;
    expect({ from, to }).toEqual({ from: "help@desk.example", to: ["ruby@example.com", "b@example.com"] });
    const mail = await parseMessage(Buffer.from(raw, "latin1"));
    const message = await office.message(id);
    expect(mail).toMatchObject({
      messageId: message.mail_id,
      from: { name: "Mary Jones via Support", address: "help@desk.example" },
      to: [
        { name: "Ruby", address: "ruby@example.com" },
        { name: "", address: "b@example.com" },
      ],
      subject: "A question",
      text: "On its way",
      html: "<p>On its <b>way</b></p>",
      problems: [],
    });
    expect(message).toMatchObject({
      delivery_state: "sent",
      delivery_error: null,
      delivery_attempts: 1,
      delivery_response: "250 taken as 42",
      sent_at: clock,
    });
    expect(await office.waiting()).toEqual([]);
  });

  test("is from whom the inbox's template says, on one line whatever a name holds, else from its agent via the inbox", async () => {
    const { desk } = office;
    const names = async (template: string | null): Promise<string | undefined> => {
      await desk.patch(`/inboxes/${desk.inbox.id}`, { from_name: template });
      await office.reply(ticketId);
      await office.run();
      return (await parseMessage(Buffer.from(smtp.accepted.at(-1)?.raw ?? "", "latin1"))).from?.name;
    };
    expect(await names("{{user.first_name}} of {{account.name}}")).toBe("Mary of Test desk");
    expect(await names("{{user.name}}, {{inbox.name}}\r\nBcc: x@x.example")).toBe(
      "Mary Jones, Support Bcc: x@x.example",
    );
    expect(await names("{{inbox.address}}")).toBe("help@desk.example");
    expect(await names(null)).toBe("Mary Jones via Support");
  });

  test("tells customers nothing of the address by which an agent without a name signs in", async () => {
    const { desk } = office;
    const made = await office.storage.db.transact(
      async (tx) => await createUser(tx, desk.account.id, { email: "private@home.example" }, new Faults()),
    );
    const names = async (template: string | null): Promise<string | undefined> => {
      await desk.patch(`/inboxes/${desk.inbox.id}`, { from_name: template });
      await office.reply(ticketId, { user_id: made.id });
      await office.run();
      return (await parseMessage(Buffer.from(smtp.accepted.at(-1)?.raw ?? "", "latin1"))).from?.name;
    };
    expect(await names("{{user.first_name}} of {{account.name}}")).toBe("Support");
    expect(await names("{{account.name}}")).toBe("Test desk");
    expect(await names(null)).toBe("Support");
  });

  test("M3: goes into the thread that the ticket is", async () => {
    const first = await office.reply(ticketId);
    const second = await office.reply(ticketId);
    await office.run();
    const mails = await Promise.all(
      smtp.accepted.map(async ({ raw }) => await parseMessage(Buffer.from(raw, "latin1"))),
    );
    const [one, two] = [await office.message(first), await office.message(second)];
    expect(one.mail_id).toMatch(/^cantrip\.[a-z0-9]+@desk\.example$/);
    expect(mails.map(({ subject }) => subject)).toEqual(["A question", "Re: A question"]);
    expect(mails[1]).toMatchObject({ messageId: two.mail_id, inReplyTo: [one.mail_id], references: [one.mail_id] });
  });

  test.each(["greeting", "EHLO", "MAIL", "RCPT", "DATA", "body"] as const)(
    "M3: that the server puts off at %s waits with its words, and arrives exactly once",
    async (stage) => {
      ask(stage, "451 not now, please");
      const id = await office.reply(ticketId);
      expect(await office.run()).toBe(1);
      // Of a server that knows no EHLO, HELO is asked next: it is refused by the same words.
      expect(await office.message(id)).toMatchObject({ delivery_state: "queued", delivery_attempts: 1, sent_at: null });
      expect((await office.message(id)).delivery_error).toContain("451 not now, please");
      expect(await office.waiting()).toEqual([MINUTE]);
      smtp.act = () => undefined;
      clock += MINUTE - 1;
      expect(await office.run()).toBe(0);
      clock += 1;
      expect(await office.run()).toBe(1);
      expect(await office.message(id)).toMatchObject({
        delivery_state: "sent",
        delivery_error: null,
        delivery_attempts: 2,
      });
      expect(smtp.accepted).toHaveLength(1);
    },
  );

  test.each(["greeting", "EHLO", "MAIL", "RCPT", "DATA", "body"] as const)(
    "M3: that the server refuses at %s fails at once, with its words",
    async (stage) => {
      ask(stage, "550 5.7.1 go away");
      const id = await office.reply(ticketId);
      await office.run();
      expect(await office.message(id)).toMatchObject({ delivery_state: "failed", delivery_attempts: 1, sent_at: null });
      expect((await office.message(id)).delivery_error).toContain("550 5.7.1 go away");
      expect(await office.waiting()).toEqual([]);
      expect(smtp.accepted).toEqual([]);
    },
  );

  test.each([
    ["greeting", "drop"],
    ["EHLO", "drop"],
    ["MAIL", "drop"],
    ["RCPT", "drop"],
    ["DATA", "drop"],
    ["body", "drop-half"],
    ["greeting", "hang"],
    ["MAIL", "hang"],
    ["DATA", "hang"],
  ] as const)("M3: that ends at %s by %s, before the message was handed over, is tried again", async (stage, act) => {
    ask(stage, act);
    // More than the buffers between two programs hold: its end cannot have left when half of it has come.
    const id = await office.reply(ticketId, act === "drop-half" ? { attachment_ids: [await upload(10)] } : {});
    await office.run();
    expect(await office.message(id)).toMatchObject({
      delivery_state: "queued",
      delivery_attempts: 1,
      handed_over_at: null,
    });
    expect((await office.message(id)).delivery_error).not.toBe("");
    smtp.act = () => undefined;
    clock += MINUTE;
    await office.run();
    expect(await office.message(id)).toMatchObject({ delivery_state: "sent" });
    expect(smtp.accepted).toHaveLength(1);
  });

  test.each(["drop", "take-and-drop", "hang"] as const)(
    "M3: that ends by %s after the message was handed over is never repeated by itself",
    async (act) => {
      ask("body", act);
      const id = await office.reply(ticketId);
      await office.run();
      expect(await office.message(id)).toMatchObject({ delivery_state: "failed", sent_at: null });
      expect((await office.message(id)).delivery_error).toContain("it may have been delivered");
      expect(await office.waiting()).toEqual([]);
      smtp.act = () => undefined;
      clock += 10 * DAY;
      expect(await office.run()).toBe(0);
      const got = await office.desk.post(
        `/tickets/${ticketId}/messages/${id}/retry?fields=delivery_state,delivery_error`,
      );
      expect([got.status, got.body]).toEqual([200, { delivery_state: "queued", delivery_error: null }]);
      await office.run();
      expect(await office.message(id)).toMatchObject({ delivery_state: "sent", delivery_attempts: 2 });
      const ids = await Promise.all(
        smtp.accepted.map(async ({ raw }) => (await parseMessage(Buffer.from(raw, "latin1"))).messageId),
      );
      // A repeat that a person asked for is the same message, byte by byte: whoever got the first can tell.
      expect(new Set(ids)).toEqual(new Set([(await office.message(id)).mail_id]));
      expect(new Set(smtp.accepted.map(({ raw }) => raw)).size).toBe(1);
    },
  );

  test("M3: is tried for five days with growing pauses, and then given up with the last words", async () => {
    smtp.act = (stage) => (stage === "RCPT" ? "450 mailbox busy" : undefined);
    const id = await office.reply(ticketId);
    const pauses: number[] = [];
    for (;;) {
      await office.run();
      const [wait] = await office.waiting();
      if (wait === undefined) break;
      pauses.push(wait);
      clock += wait;
    }
    expect(pauses.slice(0, 8)).toEqual([1, 5, 15, 30, 60, 120, 240, 240].map((minutes) => minutes * MINUTE));
    const days = pauses.reduce((sum, pause) => sum + pause, 0) / DAY;
    expect(days).toBeGreaterThan(4.8);
    expect(days).toBeLessThanOrEqual(5);
    const { delivery_state, delivery_error } = await office.message(id);
    expect(delivery_state).toBe("failed");
    expect(delivery_error).toContain("given up after five days");
    expect(delivery_error).toContain("450 mailbox busy");
  });

  test("M3: to several is repeated only for those whom the server put off", async () => {
    smtp.act = (stage, argument) => (stage === "RCPT" && argument.includes("slow@") ? "450 greylisted" : undefined);
    const id = await office.reply(ticketId, { to: "ruby@example.com, slow@example.com" });
    await office.run();
    expect(await office.message(id)).toMatchObject({ delivery_state: "queued" });
    expect((await office.message(id)).delivery_error).toContain("slow@example.com: 450 greylisted");
    smtp.act = () => undefined;
    clock += MINUTE;
    await office.run();
    expect(await office.message(id)).toMatchObject({ delivery_state: "sent", delivery_error: null, undelivered: null });
    expect(smtp.accepted.map(({ to }) => to)).toEqual([["ruby@example.com"], ["slow@example.com"]]);
  });

  test("M3: to several of whom one is refused fails for that one, and a retry is for that one", async () => {
    smtp.act = (stage, argument) => (stage === "RCPT" && argument.includes("gone@") ? "550 no such user" : undefined);
    const id = await office.reply(ticketId, { to: "ruby@example.com, gone@example.com" });
    await office.run();
    expect(await office.message(id)).toMatchObject({
      delivery_state: "failed",
      delivery_error: "not delivered to gone@example.com: 550 no such user",
    });
    smtp.act = () => undefined;
    await office.desk.post(`/tickets/${ticketId}/messages/${id}/retry`);
    await office.run();
    expect(smtp.accepted.map(({ to }) => to)).toEqual([["ruby@example.com"], ["gone@example.com"]]);
  });

  test("K4, M3: moves neither the ticket nor its version, and is recorded when a person sees a difference", async () => {
    smtp.act = (stage) => (stage === "MAIL" ? "451 later" : undefined);
    const id = await office.reply(ticketId);
    const stamps = async (): Promise<unknown> =>
      (await office.desk.get(`/tickets/${ticketId}?fields=version,updated_at`)).body;
    const before = await stamps();
    await office.run();
    smtp.act = () => undefined;
    clock += HOUR;
    await office.run();
    expect(await stamps()).toEqual(before);
    const events = await office.storage.db.query
      .selectFrom("events")
      .select(["kind", "changes"])
      .where("account_id", "=", office.desk.account.id)
      .where("message_id", "=", id)
      .where("kind", "=", "message.delivery")
      .orderBy("id")
      .execute();
    expect(events.map(({ changes }) => JSON.parse(changes ?? ""))).toEqual([
      { delivery_error: [null, expect.stringContaining("451 later")] },
      { delivery_state: ["queued", "sent"], delivery_error: [expect.stringContaining("451 later"), null] },
    ]);
  });

  test("M3: shows what became of it when fields asks for it", async () => {
    ask("RCPT", "550 no such user");
    const id = await office.reply(ticketId);
    await office.run();
    const fields = "delivery_state,delivery_error,delivery_attempts,sent_at";
    const { body } = await office.desk.get(`/tickets/${ticketId}/messages/${id}?fields=${fields}`);
    expect(body).toEqual({
      delivery_state: "failed",
      delivery_error: expect.stringContaining("550 no such user"),
      delivery_attempts: 1,
      sent_at: null,
    });
    expect((await office.desk.get(`/tickets/${ticketId}/messages/${id}`)).body).not.toHaveProperty("delivery_error");
  });

  test("M3: without any mail server waits, says why, and goes out once there is one", async () => {
    const { relay } = office.means;
    office.means.relay = null;
    const id = await office.reply(ticketId);
    for (let round = 0; round < 30; round += 1) {
      await office.run();
      expect(await office.waiting()).toEqual([5 * MINUTE]);
      clock += 5 * MINUTE;
    }
    expect(await office.message(id)).toMatchObject({
      delivery_state: "queued",
      delivery_attempts: 0,
      delivery_error: "no mail server is configured for the inbox Support",
    });
    office.means.relay = relay;
    await office.run();
    expect(await office.message(id)).toMatchObject({ delivery_state: "sent", delivery_error: null });
  });

  test("M3: keeps its connection for the next message, and survives its silent death", async () => {
    office.means.smtp.close();
    const before = smtp.connections;
    await office.reply(ticketId);
    await office.reply(ticketId);
    await office.run();
    expect(smtp.connections - before).toBe(1);
    smtp.act = (stage) => (stage === "MAIL" && smtp.connections - before === 1 ? "drop" : undefined);
    const id = await office.reply(ticketId);
    await office.run();
    expect(await office.message(id)).toMatchObject({ delivery_state: "sent", delivery_attempts: 1 });
    expect(smtp.connections - before).toBe(2);
    expect(smtp.accepted).toHaveLength(3);
  });

  test("M3: that another attempt overtook ends without handing the message over", async () => {
    const id = await office.reply(ticketId);
    const row = await office.message(id);
    const overtake = async (): Promise<void> => {
      await office.storage.db.transact(
        async (tx) =>
          await tx.query
            .updateTable("messages")
            .set({ delivery_attempts: 7 })
            .where("account_id", "=", row.account_id)
            .where("id", "=", id)
            .execute(),
      );
    };
    let overtaken: Promise<void> | undefined;
    smtp.act = (stage) => {
      if (stage === "DATA") overtaken ??= overtake();
      return undefined;
    };
    const { smtp: client } = office.means;
    office.means.smtp = {
      ...client,
      deliver: async (server, mail) => {
        const beforeHandOver = async (): Promise<void> => {
          await overtaken;
          await mail.beforeHandOver();
        };
        return await client.deliver(server, { ...mail, beforeHandOver });
      },
    };
    await office.run();
    office.means.smtp = client;
    expect(smtp.accepted).toEqual([]);
    expect(await office.message(id)).toMatchObject({ delivery_state: "sending", delivery_attempts: 7 });
  });

  test("M3: that a delivery report overtook stays failed, with the report's words", async () => {
    const id = await office.reply(ticketId);
    const row = await office.message(id);
    const bounce: Bounce = {
      kind: "failed",
      recipients: [{ address: "ruby@example.com", action: "failed", status: "5.1.1", diagnostic: "nobody here" }],
      originalMailId: row.mail_id,
      permanent: true,
    };
    const { smtp: client } = office.means;
    office.means.smtp = {
      ...client,
      deliver: async (server, mail) => {
        const result = await client.deliver(server, mail);
        await office.storage.db.transact(async (tx) => await fileBounce(tx, row.account_id, bounce));
        return result;
      },
    };
    await office.run();
    office.means.smtp = client;
    expect(smtp.accepted).toHaveLength(1);
    expect(await office.message(id)).toMatchObject({
      delivery_state: "failed",
      delivery_error: "The reply to ruby@example.com could not be delivered: 5.1.1: nobody here",
    });
  });
});
