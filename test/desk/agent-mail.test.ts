import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Faults } from "../../src/domain/faults.ts";
import { HOUR, MINUTE, setClock } from "../../src/domain/time.ts";
import { createUser } from "../../src/desk/create-user.ts";
import type { NotificationPayload } from "../../src/desk/notifications.ts";
import { sendNotification } from "../../src/desk/send-notification.ts";
import { ANSWER_MARK } from "../../src/channels/email/notification.ts";
import type { UserRow } from "../../src/storage/schema.ts";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";
import { mailsTo, messagesOf, receive } from "./front-desk.ts";
import { letter } from "./mail-room.ts";
import { type PostOffice, localServer, openPostOffice } from "./post-office.ts";

describe.skipIf(ENGINE_MISSING !== null)("notifications", () => {
  let smtp: ScriptedSmtp;
  let office: PostOffice;
  let clock: number;
  let tom: UserRow;
  let count = 0;

  beforeAll(async () => {
    smtp = await startScriptedSmtp();
    office = await openPostOffice(localServer(smtp.port), 1000);
    office.means.publicUrl = "https://help.example.com/";
    tom = await office.storage.db.transact(
      async (tx) =>
        await createUser(tx, office.desk.account.id, { first_name: "Tom", email: "tom@agents.example" }, new Faults()),
    );
  });
  beforeEach(async () => {
    clock = Date.now();
    setClock(() => clock);
    smtp.accepted.length = 0;
    smtp.act = () => undefined;
    await office.forget();
    await set(tom.id, { notifications: "assigned", disabled_at: null, inbox_ids: null, role: "agent" });
    await set(office.desk.user.id, { notifications: "none" });
    await office.desk.patch(`/inboxes/${office.desk.inbox.id}`, { plus_addressing: false });
  });
  afterEach(() => setClock());
  afterAll(async () => {
    await office.close();
    await smtp.close();
  });

  const set = async (userId: string, columns: Partial<UserRow>): Promise<void> => {
    await office.storage.db.transact(async (tx) => {
      const own = tx.query.updateTable("users").set(columns);
      await own.where("account_id", "=", office.desk.account.id).where("id", "=", userId).execute();
    });
  };

  const mail = (headers: Record<string, string | null> = {}, body = "Where is it?"): string => {
    count += 1;
    return letter(
      { From: `Ruby Miller <ruby${count}@example.com>`, "Message-ID": `<m${count}@example.com>`, ...headers },
      body,
    );
  };

  /** A ticket by mail, given to Tom; nothing is under way any more. */
  const ticketOfTom = async (headers: Record<string, string | null> = {}): Promise<string> => {
    const { ticketId } = await receive(office, mail(headers));
    await office.desk.patch(`/tickets/${ticketId}`, { user_id: tom.id });
    await office.run();
    return ticketId ?? "";
  };

  /** Tom's answer to the last mail that he got. */
  const answer = async (
    body: string,
    { dmarc = "pass", ...headers }: Record<string, string | null> & { dmarc?: string } = {},
  ) => {
    const last = (await mailsTo(smtp, "tom@agents.example")).at(-1);
    count += 1;
    const usual = {
      From: "Tom <Tom@agents.example>",
      To: last?.replyTo[0]?.address ?? null,
      Subject: `Re: ${last?.subject}`,
      "Message-ID": `<a${count}@agents.example>`,
      "In-Reply-To": `<${last?.messageId}>`,
    };
    const quote = `\r\n\r\nOn Mon, 2 Mar 2026 at 10:00, Ruby Miller via Support <help@desk.example> wrote:\r\n> ${ANSWER_MARK}\r\n> Where is it?`;
    return await receive(office, letter({ ...usual, ...headers }, body + quote), {
      dmarc: dmarc === "" ? undefined : dmarc,
    });
  };

  describe("of mail", () => {
    test("tell whoever a ticket is assigned to, with the text and a link, as a machine's from nobody", async () => {
      const ticketId = await ticketOfTom({ Subject: "Broken kettle" });
      const [assigned] = await mailsTo(smtp);
      const { number } = (await office.desk.get(`/tickets/${ticketId}`)).body;
      expect(smtp.accepted).toHaveLength(1);
      expect(smtp.accepted[0]).toMatchObject({ from: "", to: ["tom@agents.example"] });
      expect(assigned).toMatchObject({
        from: { name: "Ruby Miller via Support", address: "help@desk.example" },
        subject: `[#${number}] Broken kettle`,
        autoSubmitted: "auto-generated",
        replyTo: [{ name: "Support", address: "help@desk.example" }],
        problems: [],
      });
      expect(assigned?.text).toContain(ANSWER_MARK);
      expect(assigned?.text).toContain("Where is it?");
      expect(assigned?.text).toContain(`https://help.example.com/tickets/${ticketId}`);
      await receive(
        office,
        mail({ From: `Ruby <ruby${count}@example.com>`, "In-Reply-To": `<m${count}@example.com>` }, "Hello?"),
      );
      expect(await office.run()).toBe(1);
      expect((await mailsTo(smtp)).at(-1)?.text).toContain("Hello?");
    });

    test("come to whoever wants all, of every ticket, once each", async () => {
      await set(tom.id, { notifications: "all" });
      await set(office.desk.user.id, { notifications: "all" });
      await receive(office, mail());
      await office.run();
      expect(smtp.accepted.map(({ to }) => to.join()).toSorted()).toEqual(["mary@desk.example", "tom@agents.example"]);
    });

    test("do not come to who wants none, gave it to themselves, may not see it, or is gone", async () => {
      await set(tom.id, { notifications: "none" });
      await ticketOfTom();
      await set(tom.id, { notifications: "assigned", inbox_ids: "[]" });
      await ticketOfTom();
      await set(tom.id, { inbox_ids: null, disabled_at: clock });
      await ticketOfTom();
      expect(smtp.accepted).toEqual([]);
    });

    test("are not for spam, vacation replies, imports or one's own mail", async () => {
      await set(tom.id, { notifications: "all" });
      await receive(office, mail({ "Auto-Submitted": "auto-replied" }));
      await receive(office, mail(), { source: "import", sourcePosition: `${count}` });
      await receive(office, mail({ From: "tom@agents.example" }));
      const { ticketId } = await receive(office, mail());
      await office.desk.patch(`/tickets/${ticketId}`, { spam: true });
      await office.run();
      expect(smtp.accepted).toEqual([]);
    });

    test("tell who is mentioned in a note, whose answer is a note", async () => {
      const { ticketId } = await receive(office, mail());
      const note = { type: "note", body: "What do you think?", user_id: office.desk.user.id, mention_ids: [tom.id] };
      expect((await office.desk.post(`/tickets/${ticketId}/messages`, note)).status).toBe(201);
      await office.run();
      const [mentioned] = await mailsTo(smtp);
      expect(mentioned?.text).toContain("What do you think?");
      expect(mentioned?.text).toContain("becomes a note");
      await answer("Refund her, the old nag");
      expect((await messagesOf(office, ticketId)).at(-1)).toMatchObject({
        type: "note",
        user_id: tom.id,
        body: "Refund her, the old nag",
      });
      await office.run();
      expect(smtp.accepted).toHaveLength(1);
    });

    test("are not sent again when nobody knows whether one arrived, and are when it did not", async () => {
      smtp.act = (stage) => (stage === "body" ? "take-and-drop" : undefined);
      await ticketOfTom();
      clock += 2 * HOUR;
      await office.run();
      expect(smtp.accepted).toHaveLength(1);
      smtp.accepted.length = 0;
      smtp.act = (stage) => (stage === "body" ? "451 later" : stage === "greeting" ? undefined : undefined);
      await ticketOfTom();
      expect(smtp.accepted).toEqual([]);
      smtp.act = (stage) => (stage === "RCPT" ? "451 later" : undefined);
      clock += MINUTE;
      await office.run();
      smtp.act = () => undefined;
      clock += HOUR;
      await office.run();
      expect(smtp.accepted).toHaveLength(1);
    });

    test("have no job any more once their end has left, and are not sent by a worker that was overtaken", async () => {
      const jobs = async () => {
        const all = office.storage.db.query.selectFrom("jobs").selectAll();
        return await all.where("account_id", "=", office.desk.account.id).where("kind", "=", "notify-user").execute();
      };
      const left: ReturnType<typeof jobs>[] = [];
      smtp.act = (stage) => {
        if (stage === "body") left.push(jobs());
        return undefined;
      };
      await ticketOfTom();
      // The server looks at each piece of the message, and last at its end.
      expect((await Promise.all(left)).at(-1)).toEqual([]);
      expect(smtp.accepted).toHaveLength(1);
      const { ticketId } = await receive(office, mail());
      await office.desk.patch(`/tickets/${ticketId}`, { user_id: tom.id });
      const [job] = await jobs();
      if (job === undefined) throw new Error("there is no job");
      const overtaken = { ...job, attempts: job.attempts + 1 };
      await sendNotification(office.means, overtaken, JSON.parse(job.payload) as NotificationPayload).catch(
        () => undefined,
      );
      expect(smtp.accepted).toHaveLength(1);
      expect(await office.run()).toBe(1);
      expect(smtp.accepted).toHaveLength(2);
    });

    test("are given up after a day: old news is none", async () => {
      smtp.act = () => "451 later";
      await ticketOfTom();
      smtp.act = () => undefined;
      clock += 25 * HOUR;
      await office.run();
      expect(smtp.accepted).toEqual([]);
    });
  });

  describe("an answer to one", () => {
    test("goes to the customer as the agent's reply, without what is quoted", async () => {
      const ticketId = await ticketOfTom({ Cc: "bob@example.com" });
      const customer = `ruby${count}@example.com`;
      smtp.accepted.length = 0;
      await office.desk.patch(`/tickets/${ticketId}`, { user_id: null });
      await office.desk.patch(`/tickets/${ticketId}`, { user_id: tom.id });
      await office.run();
      expect(await answer("It is on its way.")).toMatchObject({ outcome: "reply", ticketId });
      const message = (await messagesOf(office, ticketId)).at(-1);
      expect(message).toMatchObject({
        type: "reply",
        direction: "out",
        user_id: tom.id,
        from_name: "Tom",
        to: customer,
        cc: "bob@example.com",
        body: "It is on its way.",
      });
      await office.run();
      const [sent] = await mailsTo(smtp, customer);
      expect(sent?.from).toEqual({ name: "Tom via Support", address: "help@desk.example" });
      expect(sent?.text?.trimEnd()).toBe("It is on its way.");
      expect(JSON.stringify(sent?.headers)).not.toContain("cantrip.u");
    });

    test("finds its ticket by the plus address alone, where the inbox has such", async () => {
      await office.desk.patch(`/inboxes/${office.desk.inbox.id}`, { plus_addressing: true });
      const ticketId = await ticketOfTom();
      const [told] = await mailsTo(smtp);
      expect(told?.replyTo[0]?.address).toMatch(/^help\+u[a-z2-7]{44}@desk\.example$/);
      await answer("On its way", { "In-Reply-To": null });
      expect((await messagesOf(office, ticketId)).at(-1)).toMatchObject({ direction: "out", user_id: tom.id });
    });

    test.each<[string, Record<string, string | null> & { dmarc?: string }, string]>([
      ["that nothing proves", { dmarc: "" }, "nothing proves who sent it"],
      ["that fails its domain's check", { dmarc: "fail" }, "DMARC says fail"],
      ["whose domain has no such check", { dmarc: "none" }, "DMARC says none"],
      [
        "from someone else, to whom it was forwarded",
        { From: "Eve <eve@agents.example>" },
        "and not from tom@agents.example",
      ],
      ["from the same name elsewhere", { From: "Tom <tom@evil.example>" }, "and not from tom@agents.example"],
    ])("%s is not believed, and never sent", async (_, headers, why) => {
      const ticketId = await ticketOfTom();
      const before = smtp.accepted.length;
      const result = await answer("Send the money to me", headers);
      expect(result.reason).toContain(why);
      expect((await messagesOf(office, ticketId)).at(-1)).toMatchObject({
        type: "note",
        direction: null,
        user_id: null,
        delivery_state: null,
        body: expect.stringMatching(/^Not believed, and not sent: [^]*Send the money to me$/),
      });
      clock += HOUR;
      await office.run();
      expect(smtp.accepted).toHaveLength(before);
    });

    test("of a user who may only read, may not see the inbox or may not sign in is a note", async () => {
      for (const columns of [{ role: "read_only" }, { inbox_ids: "[]" }, { disabled_at: 1 }] as const) {
        await set(tom.id, { role: "agent", inbox_ids: null, disabled_at: null });
        const ticketId = await ticketOfTom();
        await set(tom.id, columns);
        await answer("Hello");
        expect((await messagesOf(office, ticketId)).at(-1)).toMatchObject({ type: "note", user_id: null });
      }
    });

    test("with nothing written is not sent", async () => {
      const ticketId = await ticketOfTom();
      await answer("");
      expect((await messagesOf(office, ticketId)).at(-1)).toMatchObject({ type: "note", user_id: null });
    });

    test("loses all that is below the mark, also where no mail program's words introduce it", async () => {
      const ticketId = await ticketOfTom();
      const told = (await mailsTo(smtp)).at(-1);
      const html = `<p>Sure</p><table><tr><td>${ANSWER_MARK}<br>Where is it?</td></tr></table>`;
      const headers = {
        From: "tom@agents.example",
        "In-Reply-To": `<${told?.messageId}>`,
        "Message-ID": `<h${count}@agents.example>`,
        "Content-Type": "text/html",
      };
      await receive(office, letter(headers, html), { dmarc: "pass" });
      expect((await messagesOf(office, ticketId)).at(-1)).toMatchObject({
        direction: "out",
        body: "Sure",
        htmlized: 0,
      });
    });

    test("of a machine, a report on it and a copy of it change nothing on the ticket", async () => {
      const ticketId = await ticketOfTom();
      const { version } = (await office.desk.get(`/tickets/${ticketId}?fields=version`)).body;
      expect(await answer("I am away", { "Auto-Submitted": "auto-replied" })).toMatchObject({
        outcome: "auto-reply",
        ticketId,
      });
      const raw = smtp.accepted.at(-1)?.raw ?? "";
      expect(await receive(office, raw)).toMatchObject({ outcome: "duplicate", ticketId, messageId: null });
      const report = [
        "From: MAILER-DAEMON@mx.example",
        "To: help@desk.example",
        "Subject: Undelivered",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user\r\n",
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n",
        "Final-Recipient: rfc822; tom@agents.example\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        `--b\r\nContent-Type: message/rfc822\r\n\r\n${raw.slice(0, raw.indexOf("\r\n\r\n"))}\r\n\r\nx\r\n--b--\r\n`,
      ].join("\r\n");
      expect(await receive(office, report)).toMatchObject({ outcome: "bounce", ticketId, messageId: null });
      expect(await messagesOf(office, ticketId)).toHaveLength(1);
      expect((await office.desk.get(`/tickets/${ticketId}?fields=version`)).body.version).toBe(version);
    });

    test("with a key that was altered is ordinary mail", async () => {
      await ticketOfTom();
      const told = (await mailsTo(smtp)).at(-1);
      const id = (told?.messageId ?? "").replace(/u([a-z2-7])/, (_, first: string) => `u${first === "a" ? "b" : "a"}`);
      const result = await answer("Hello", { "In-Reply-To": `<${id}>`, To: "help@desk.example", Subject: "Hello" });
      expect(result).toMatchObject({ outcome: "ticket" });
    });
  });
});
