import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HOUR, setClock } from "../../src/domain/time.ts";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";
import { mailsTo, messagesOf, receive } from "./front-desk.ts";
import { letter } from "./mail-room.ts";
import { type PostOffice, localServer, openPostOffice } from "./post-office.ts";

describe.skipIf(ENGINE_MISSING !== null)("an acknowledgement", () => {
  let smtp: ScriptedSmtp;
  let office: PostOffice;
  let clock: number;
  let writer: string;
  let count = 0;

  beforeAll(async () => {
    smtp = await startScriptedSmtp();
    office = await openPostOffice(localServer(smtp.port), 1000);
  });
  beforeEach(async () => {
    clock = Date.now();
    setClock(() => clock);
    smtp.accepted.length = 0;
    smtp.act = () => undefined;
    await office.forget();
    count += 1;
    writer = `ada${count}@example.com`;
    await set({ enabled: true, body: "Dear {{customer.first_name}}, thanks: #{{ticket.number}}", htmlized: false });
  });
  afterEach(() => setClock());
  afterAll(async () => {
    await office.close();
    await smtp.close();
  });

  const set = async (acknowledgement: object | null): Promise<void> => {
    const got = await office.desk.patch(`/inboxes/${office.desk.inbox.id}`, { acknowledgement });
    if (got.status !== 200) throw new Error(got.text);
  };

  let mails = 0;
  const mail = (headers: Record<string, string | null> = {}, body = "Hello"): string => {
    mails += 1;
    return letter({ From: `Ada Lovelace <${writer}>`, "Message-ID": `<m${mails}.${writer}>`, ...headers }, body);
  };

  const acknowledged = async (headers: Record<string, string | null> = {}, more: object = {}): Promise<number> => {
    const { ticketId } = await receive(office, mail(headers), more);
    const messages = await messagesOf(office, ticketId);
    return messages.filter(({ auto_kind, direction }) => auto_kind === "auto-reply" && direction === "out").length;
  };

  test("tells who wrote that it came: from nobody, marked as a machine's, in the thread", async () => {
    const { ticketId } = await receive(office, mail({ Cc: "bob@example.com", Subject: "Broken" }));
    expect(await office.run()).toBe(1);
    const [sent] = await mailsTo(smtp);
    expect(smtp.accepted).toHaveLength(1);
    expect(smtp.accepted[0]).toMatchObject({ from: "", to: [writer] });
    const ticket = await office.desk.get(`/tickets/${ticketId}`);
    expect(sent).toMatchObject({
      from: { name: "Support", address: "help@desk.example" },
      to: [{ address: writer }],
      cc: [],
      subject: "Re: Broken",
      autoSubmitted: "auto-replied",
      inReplyTo: [`m${mails}.${writer}`],
      problems: [],
    });
    expect(sent?.text?.trimEnd()).toBe(`Dear Ada, thanks: #${ticket.body.number}`);
    expect(ticket.body).toMatchObject({ state: "open", summary: "Hello" });
    const shown = await office.desk.get(
      `/tickets/${ticketId}/messages?fields=user_id,from_name,auto_kind,delivery_state`,
    );
    expect(shown.body[1]).toEqual({
      user_id: null,
      from_name: "Support",
      auto_kind: "auto-reply",
      delivery_state: "sent",
    });
  });

  test("goes out from the inbox where the mail server lets nobody send", async () => {
    smtp.act = (stage, argument) => (stage === "MAIL" && argument.includes("<>") ? "550 5.7.60 not you" : undefined);
    await receive(office, mail());
    await office.run();
    expect(smtp.accepted[0]).toMatchObject({ from: "help@desk.example", to: [writer] });
    expect(smtp.accepted).toHaveLength(1);
  });

  test("is not sent twice when nobody knows whether it arrived", async () => {
    smtp.act = (stage) => (stage === "body" ? "take-and-drop" : undefined);
    await receive(office, mail());
    await office.run();
    smtp.act = () => undefined;
    clock += 24 * HOUR;
    await office.run();
    expect(smtp.accepted).toHaveLength(1);
  });

  test("goes to an address once an hour, however often it writes", async () => {
    expect(await acknowledged()).toBe(1);
    clock += HOUR - 1;
    expect(await acknowledged({ From: `ADA <${writer.toUpperCase()}>` })).toBe(0);
    clock += 2;
    expect(await acknowledged()).toBe(1);
  });

  test("goes once to two mails that come at the same moment", async () => {
    const results = await Promise.all([mail(), mail(), mail()].map(async (raw) => await receive(office, raw)));
    await office.run();
    expect(new Set(results.map(({ ticketId }) => ticketId)).size).toBe(3);
    expect(smtp.accepted).toHaveLength(1);
  });

  test("is for a new ticket, not for an answer", async () => {
    const { ticketId } = await receive(office, mail());
    await office.run();
    const [first] = await mailsTo(smtp);
    clock += 2 * HOUR;
    const answer = mail({ "In-Reply-To": `<${first?.messageId}>`, Subject: "Re: A question" });
    expect(await receive(office, answer)).toMatchObject({ outcome: "reply", ticketId });
    expect(await messagesOf(office, ticketId)).toHaveLength(3);
  });

  test.each<[string, Record<string, string | null>]>([
    ["a vacation reply", { "Auto-Submitted": "auto-replied" }],
    ["a report", { "Auto-Submitted": "auto-generated" }],
    ["a list", { "List-Id": "<news.example.com>" }],
    ["bulk", { Precedence: "bulk" }],
    ["who has nobody answer", { From: "Shop <no-reply@shop.example>" }],
    ["who asks for none", { "X-Auto-Response-Suppress": "All" }],
    ["nobody", { "Return-Path": "<>" }],
    ["ourselves", { From: "Support <help@desk.example>" }],
    ["ourselves, under a tag", { From: "Support <help+tag@desk.example>" }],
    ["no address", { From: "Ada" }],
  ])("does not go to %s (RFC 3834 2)", async (_, headers) => {
    expect(await acknowledged(headers)).toBe(0);
  });

  test("does not go to a forged sender, who would be a stranger; does where nothing is known", async () => {
    expect(await acknowledged({}, { dmarc: "fail" })).toBe(0);
    expect(await acknowledged({}, { dmarc: "none" })).toBe(1);
  });

  test("is for live mail, and only while the inbox wants it", async () => {
    expect(await acknowledged({}, { source: "import", sourcePosition: "1" })).toBe(0);
    await set({ enabled: false });
    expect(await acknowledged()).toBe(0);
    await set({ enabled: true });
    expect(await acknowledged()).toBe(1);
  });

  test("fills in markup as text, and the inbox's signature as it is", async () => {
    const { inbox } = office.desk;
    await office.desk.patch(`/inboxes/${inbox.id}`, { signature: "<b>{{inbox.name}}</b>" });
    await set({ body: "<p>{{ticket.subject}}</p>{{inbox.signature}}", htmlized: true });
    await receive(office, mail({ Subject: "<script>" }));
    await office.run();
    await office.desk.patch(`/inboxes/${inbox.id}`, { signature: null });
    expect((await mailsTo(smtp))[0]?.html).toBe("<p>&lt;script&gt;</p><div><b>Support</b></div>");
  });

  test("has words, and names only what there is", async () => {
    const ask = async (acknowledgement: object) =>
      await office.desk.patch(`/inboxes/${office.desk.inbox.id}`, { acknowledgement });
    expect((await ask({ enabled: true, body: " " })).body.errors).toEqual([
      { message: "acknowledgement.body must not be empty while it is enabled" },
    ]);
    expect((await ask({ body: "{{user.name}}" })).body.errors[0].message).toMatch(
      /^acknowledgement.body must not name/,
    );
    const shown = await office.desk.get(`/inboxes/${office.desk.inbox.id}?fields=acknowledgement`);
    expect(shown.body.acknowledgement).toMatchObject({ enabled: true, htmlized: false });
    expect((await office.desk.get(`/inboxes/${office.desk.inbox.id}`)).body).toEqual({
      id: office.desk.inbox.id,
      name: "Support",
    });
  });
});
