import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE, setClock } from "../../src/domain/time.ts";
import { parseMessage } from "../../src/mail/parse.ts";
import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";
import { type PostOffice, localServer, openPostOffice } from "./post-office.ts";

const RUBY = { first_name: "Ruby", last_name: "Miller", contacts: [{ type: "email", value: "ruby@example.com" }] };

describe.skipIf(ENGINE_MISSING !== null)("the mail of a reply", () => {
  let smtp: ScriptedSmtp;
  let office: PostOffice;
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
    await office.forget();
  });
  afterEach(() => setClock());
  afterAll(async () => {
    await office.close();
    await smtp.close();
  });

  /** The ticket of Ruby, whose mail also went to whoever is on its copies. */
  const ticket = async (more: object = {}): Promise<string> => {
    const made = await office.desk.ticket({ customer: { ...RUBY, contacts: [] }, ...more });
    return made.id as string;
  };

  const sent = async (index = 0) => {
    const { from, to, raw } = smtp.accepted[index] ?? { from: "", to: [], raw: "" };
    return { from, to, raw, mail: await parseMessage(Buffer.from(raw, "latin1")) };
  };

  const setInbox = async (settings: object): Promise<void> => {
    const got = await office.desk.patch(`/inboxes/${office.desk.inbox.id}`, settings);
    if (got.status !== 200) throw new Error(got.text);
  };

  const refusal = async (id: string, more: object): Promise<unknown> => {
    const body = { type: "reply", direction: "out", to: "a@example.com", body: "x", user_id: office.desk.user.id };
    const got = await office.desk.post(`/tickets/${id}/messages`, { ...body, ...more });
    expect(got.status).toBe(422);
    return got.body.errors;
  };

  test("goes to copies in a header, and to hidden ones in none", async () => {
    const id = await office.reply(await ticket(), {
      to: "Ruby <ruby@example.com>",
      cc: "Bob Stone <bob@example.com>, ruby@example.com, help@desk.example",
      bcc: "boss@example.com, help+x@desk.example, bob@example.com",
    });
    await office.run();
    const { to, raw, mail } = await sent();
    expect(to).toEqual(["ruby@example.com", "bob@example.com", "boss@example.com"]);
    expect(mail.cc).toEqual([{ name: "Bob Stone", address: "bob@example.com" }]);
    expect(raw).not.toContain("boss@");
    expect(raw.toLowerCase()).not.toContain("\nbcc:");
    const message = await office.message(id);
    expect(message).toMatchObject({ cc: "Bob Stone <bob@example.com>", bcc: "boss@example.com" });
  });

  test("has the copies of the ticket, but its customer, our inboxes, and who gets it anyway", async () => {
    const { id } = await office.desk.ticket({
      customer: { ...RUBY, contacts: [{ type: "email", value: `Ruby.${clock}@example.com` }] },
      reply_cc: `bob@example.com, ruby.${clock}@example.com, Help@desk.example, help+tag@desk.example, eve@example.com`,
    });
    await office.reply(id, { to: "eve@example.com" });
    await office.reply(id, { cc: null });
    await office.reply(id, { cc: "" });
    await office.reply(id, { forward: true, to: "lab@example.com" });
    await office.run();
    expect(smtp.accepted.map(({ to }) => to)).toEqual([
      ["eve@example.com", "bob@example.com"],
      ["ruby@example.com"],
      ["ruby@example.com"],
      ["lab@example.com"],
    ]);
  });

  test("a ticket's copies can be changed, and are addresses", async () => {
    const id = await ticket();
    const got = await office.desk.patch(`/tickets/${id}`, { reply_cc: "Bob <bob@example.com>" });
    expect(got.body.reply_cc).toBe("Bob <bob@example.com>");
    expect((await office.desk.patch(`/tickets/${id}`, { reply_cc: "" })).body.reply_cc).toBeNull();
    for (const reply_cc of ["nobody", "a@b.example\nBcc: c@d.example"]) {
      const refused = await office.desk.patch(`/tickets/${id}`, { reply_cc });
      expect(refused).toMatchObject({
        status: 422,
        body: { errors: [{ message: expect.stringMatching(/^reply_cc must/) }] },
      });
    }
  });

  test("a subject of its own is of this mail only", async () => {
    const id = await ticket();
    await office.reply(id, { subject: "Your invoice 🧾" });
    await office.reply(id);
    await office.run();
    expect((await sent(0)).mail.subject).toBe("Your invoice 🧾");
    expect((await sent(1)).mail.subject).toBe("Re: A question");
    expect((await office.desk.get(`/tickets/${id}`)).body.subject).toBe("A question");
  });

  test("a forward is outside the thread, and later replies do not refer to it", async () => {
    const id = await ticket();
    const first = await office.message(await office.reply(id));
    await office.reply(id, { forward: true, to: "lab@example.com", body: "Please have a look" });
    await office.reply(id);
    await office.run();
    const { to, mail } = await sent(1);
    expect(to).toEqual(["lab@example.com"]);
    expect(mail).toMatchObject({ subject: "Fwd: A question", inReplyTo: [], references: [] });
    expect((await sent(2)).mail).toMatchObject({ inReplyTo: [first.mail_id], references: [first.mail_id] });
  });

  test("goes out when it is told to, can be taken back until then, and is dated then", async () => {
    const id = await ticket();
    const at = new Date(Math.floor((clock + 3 * DAY) / 1000) * 1000);
    const send_at = at.toISOString().replace(".000Z", "Z");
    const later = await office.reply(id, { send_at });
    const never = await office.reply(id, { send_at });
    const shown = await office.desk.get(
      `/tickets/${id}/messages/${later}?fields=send_at,delivery_state,bcc,subject,forward`,
    );
    expect(shown.body).toEqual({ send_at, delivery_state: "queued", bcc: null, subject: null, forward: false });
    clock = at.getTime() - 1;
    expect(await office.run()).toBe(0);
    expect((await office.desk.post(`/tickets/${id}/messages/${never}/undo`)).status).toBe(204);
    clock = at.getTime();
    expect((await office.desk.post(`/tickets/${id}/messages/${later}/undo`)).status).toBe(422);
    expect(await office.run()).toBe(1);
    expect(smtp.accepted).toHaveLength(1);
    expect((await sent()).mail.date).toEqual(at);
    expect(await office.message(later)).toMatchObject({ delivery_state: "sent" });
  });

  test("what cannot be is refused, each by its name", async () => {
    const id = await ticket();
    const faults = await refusal(id, {
      cc: "not an address",
      bcc: "a@b.example\r\nX: y",
      subject: "a\nb",
      send_at: new Date(clock - HOUR).toISOString(),
    });
    expect(faults).toEqual([
      { message: "cc must be one or more email addresses, separated by commas" },
      { message: "bcc must not hold control characters" },
      { message: "subject must not hold control characters" },
      { message: expect.stringMatching(/^send_at must be a time to come, within a year/) },
    ]);
    const far = await refusal(id, { subject: " ", send_at: new Date(clock + 366 * DAY).toISOString() });
    expect(far).toEqual([
      { message: "subject must not be empty" },
      { message: expect.stringMatching(/^send_at must be/) },
    ]);
    expect(await refusal(id, { send_at: "tomorrow" })).toHaveLength(1);
    const note = { type: "note", body: "x", user_id: office.desk.user.id, send_at: "tomorrow", cc: "?" };
    expect((await office.desk.post(`/tickets/${id}/messages`, note)).status).toBe(201);
  });

  test("R1: what we add shows only when it is asked for", async () => {
    const id = await ticket();
    const message = await office.reply(id, { bcc: "boss@example.com" });
    const got = await office.desk.get(`/tickets/${id}/messages/${message}`);
    for (const extra of ["bcc", "cc", "subject", "send_at", "forward"]) expect(got.body).not.toHaveProperty(extra);
  });

  test("answers are asked to go to the ticket's own address, where the inbox has such", async () => {
    const id = await ticket();
    await office.reply(id);
    await office.run();
    await setInbox({ plus_addressing: true });
    await office.reply(id);
    await office.run();
    await setInbox({ plus_addressing: false });
    expect((await sent(0)).mail.replyTo).toEqual([]);
    expect((await sent(1)).mail.replyTo).toEqual([
      { name: "Support", address: expect.stringMatching(/^help\+t[a-z2-7]{36}@desk\.example$/) },
    ]);
  });

  describe("its signature", () => {
    const sign = async (signature: string | null): Promise<void> => {
      await office.storage.db.transact(async (tx) => {
        await tx.query
          .updateTable("users")
          .set({ signature })
          .where("account_id", "=", office.desk.account.id)
          .where("id", "=", office.desk.user.id)
          .execute();
      });
    };
    afterEach(async () => {
      await sign(null);
      await setInbox({ signature: null });
    });

    test("stands under the text, filled in, and is not stored in the body", async () => {
      await setInbox({ signature: "{{user.first_name}} of {{ inbox.name }}\n{{account.name}} {{inbox.address}}" });
      const id = await ticket();
      const message = await office.reply(id, { body: "Hello Ruby" });
      await office.run();
      expect((await sent()).mail.text?.trimEnd()).toBe(
        "Hello Ruby\n\n-- \nMary of Support\nTest desk help@desk.example",
      );
      expect((await office.desk.get(`/tickets/${id}/messages/${message}`)).body.body).toBe("Hello Ruby");
    });

    test("is text where a name holds markup, whichever form the mail and the template have", async () => {
      await sign("<p><b>{{user.last_name}}</b> &amp; co</p>");
      await setInbox({ signature: "{{inbox.name}} <{{inbox.address}}>" });
      const name = async (last_name: string): Promise<void> => {
        await office.storage.db.transact(async (tx) => {
          const own = tx.query.updateTable("users").set({ last_name });
          await own.where("account_id", "=", office.desk.account.id).where("id", "=", office.desk.user.id).execute();
        });
      };
      await name("<img src=x>");
      const id = await ticket();
      await office.reply(id, { body: "<p>Hello</p>", htmlized: true });
      await office.reply(id, { body: "Hello" });
      await office.run();
      await name("Jones");
      const html = (await sent(0)).mail.html ?? "";
      expect(html).toContain("<p><b>&lt;img src=x&gt;</b> &amp; co</p>");
      expect(html).toContain("<div>Support &lt;help@desk.example&gt;</div>");
      expect(html.indexOf("<p>Hello</p>")).toBeLessThan(html.indexOf("cantrip-signature"));
      expect((await sent(1)).mail.text).toContain("-- \n<img src=x> & co\nSupport <help@desk.example>");
    });

    test("stands above what is quoted", async () => {
      await setInbox({ signature: "Mary" });
      const id = await ticket();
      await office.reply(id, {
        body: "Yes.\n\nOn Mon, 2 Mar 2026 at 10:00, Ruby <ruby@example.com> wrote:\n> May I?\n",
      });
      await office.reply(id, {
        body: '<p>Yes.</p><div class="gmail_quote"><blockquote class="gmail_quote">May I?</blockquote></div>',
        htmlized: true,
      });
      await office.run();
      const text = (await sent(0)).mail.text ?? "";
      expect(text.indexOf("-- \nMary")).toBeGreaterThan(text.indexOf("Yes."));
      expect(text.indexOf("-- \nMary")).toBeLessThan(text.indexOf("On Mon"));
      const html = (await sent(1)).mail.html ?? "";
      expect(html.indexOf("cantrip-signature")).toBeGreaterThan(html.indexOf("Yes."));
      expect(html.indexOf("cantrip-signature")).toBeLessThan(html.indexOf("May I?"));
      // Also in the text beside the HTML: no mail program knows the line without its blank (RFC 3676 4.3).
      expect((await sent(1)).mail.text).toContain("\n-- \nMary\n");
    });

    test("is the same with every attempt, whatever is set in between", async () => {
      await setInbox({ signature: "First" });
      smtp.act = (stage) => (stage === "body" ? "451 later" : undefined);
      await office.reply(await ticket());
      await office.run();
      await setInbox({ signature: "Second" });
      smtp.act = () => undefined;
      clock += MINUTE;
      await office.run();
      expect((await sent()).mail.text).toContain("-- \nFirst");
    });

    test("can be seen before, and names only what there is", async () => {
      await setInbox({ signature: "<p>{{user.name}}, {{inbox.name}}</p>" });
      const path = `/inboxes/${office.desk.inbox.id}/signature-preview`;
      const got = await office.desk.get(`${path}?user_id=${office.desk.user.id}`);
      expect(got.body).toEqual({ text: "Mary Jones, Support", html: "<div><p>Mary Jones, Support</p></div>" });
      expect((await office.desk.get(path)).body.text).toBe(", Support");
      expect((await office.desk.get(`${path}?user_id=${"0".repeat(24)}`)).status).toBe(422);
      const refused = await office.desk.patch(`/inboxes/${office.desk.inbox.id}`, { signature: "{{password}}" });
      expect(refused.body.errors).toEqual([
        { message: expect.stringMatching(/^signature must not name \{\{password\}\}: known are/) },
      ]);
    });
  });

  test("no account's settings are another's", async () => {
    const rows = await acrossAccounts(office.storage.db).selectFrom("inboxes").select(["signature"]).execute();
    expect(rows.every(({ signature }) => signature === null)).toBe(true);
  });
});
