import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { updateInbox } from "../../src/storage/inboxes.ts";
import { parseMessage } from "../../src/mail/parse.ts";
import { POSTFIX_MISSING, type Postfix, startPostfix } from "../support/postfix.ts";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";
import { type PostOffice, localServer, openPostOffice } from "./post-office.ts";

const TAKES = ["8BITMIME", "SMTPUTF8"];

/** What a server got, as the letters that it is. */
const lettersOf = (latin1: string): string => Buffer.from(latin1, "latin1").toString();

describe.skipIf(ENGINE_MISSING !== null)("a reply to letters beyond ASCII before the @ (RFC 6531)", () => {
  let taking: ScriptedSmtp;
  let refusing: ScriptedSmtp;
  let office: PostOffice;
  let said: string[];

  beforeAll(async () => {
    taking = await startScriptedSmtp(TAKES);
    refusing = await startScriptedSmtp(["8BITMIME"]);
    office = await openPostOffice(null);
  });
  beforeEach(async () => {
    said = [];
    for (const server of [taking, refusing]) {
      server.accepted.length = 0;
      server.act = (stage, argument) => {
        if (stage === "MAIL" || stage === "RCPT") said.push(lettersOf(argument));
        return undefined;
      };
    }
    await office.forget();
  });
  afterAll(async () => {
    await office.close();
    await taking.close();
    await refusing.close();
  });

  const reply = async ({ port }: { port: number }, more: object): Promise<string> => {
    office.means.relay = localServer(port);
    const id = await office.reply((await office.desk.ticket()).id, more);
    expect(await office.run()).toBe(1);
    return id;
  };

  test("goes out as it is by a server that offers SMTPUTF8, and the envelope says so", async () => {
    const id = await reply(taking, { to: "José <josé@bücher.example>", cc: "ada@example.com" });
    expect(await office.message(id)).toMatchObject({ delivery_state: "sent", delivery_error: null });
    expect(said).toEqual([
      expect.stringMatching(/^FROM:<help@desk\.example>.* ?SMTPUTF8/),
      "TO:<josé@xn--bcher-kva.example>",
      "TO:<ada@example.com>",
    ]);
    const mail = await parseMessage(Buffer.from(taking.accepted[0]?.raw ?? "", "latin1"));
    expect(mail).toMatchObject({ to: [{ name: "José", address: "josé@bücher.example" }], problems: [] });
  });

  test("is no reason to say so of a mail to others", async () => {
    await reply(taking, { to: "Zoë <zoe@bücher.example>" });
    expect(said[0]).toBe("FROM:<help@desk.example>");
    expect(taking.accepted[0]?.raw).toMatch(/^[\t\r\n -~]*$/);
  });

  test("fails at once by a server that does not offer it, and says what to do", async () => {
    const id = await reply(refusing, { to: "josé@example.com" });
    const message = await office.message(id);
    expect(message).toMatchObject({ delivery_state: "failed", delivery_attempts: 1 });
    expect(message.delivery_error).toBe(
      "not delivered to josé@example.com: the mail server takes no letters beyond ASCII (such as é or 李) before the @, " +
        "since it does not offer SMTPUTF8: write to another address, or send by a mail server that offers it",
    );
    expect([said, refusing.accepted, await office.waiting()]).toEqual([[], [], []]);
    // By a server that offers it, a person sends it again.
    office.means.relay = localServer(taking.port);
    await office.desk.post(`/tickets/${message.ticket_id}/messages/${id}/retry`);
    expect(await office.run()).toBe(1);
    expect(await office.message(id)).toMatchObject({ delivery_state: "sent", delivery_error: null });
  });

  test("keeps nobody else from getting it, in a header that such a server takes", async () => {
    const id = await reply(refusing, { to: "ada@example.com", cc: "José <josé@example.com>" });
    const message = await office.message(id);
    expect(message).toMatchObject({ delivery_state: "failed", undelivered: '["josé@example.com"]' });
    expect(message.delivery_error).toMatch(/^not delivered to josé@example.com: .*SMTPUTF8/);
    const [{ to, raw } = { to: [], raw: "" }] = refusing.accepted;
    expect(to).toEqual(["ada@example.com"]);
    expect(raw).toMatch(/^[\t\r\n -~]*$/);
    // Whoever got it sees whom else it was written to.
    expect(raw).toContain("Cc: =?UTF-8?Q?Jos=C3=A9_jos=C3=A9=40example=2Ecom?=:;");
    expect((await parseMessage(Buffer.from(raw, "latin1"))).problems).toEqual([]);
    // The rest of it goes to the one who is missing, and to nobody twice.
    office.means.relay = localServer(taking.port);
    await office.desk.post(`/tickets/${message.ticket_id}/messages/${id}/retry`);
    expect(await office.run()).toBe(1);
    expect(await office.message(id)).toMatchObject({ delivery_state: "sent", delivery_error: null, undelivered: null });
    expect(taking.accepted.map((each) => each.to.map(lettersOf))).toEqual([["josé@example.com"]]);
  });

  test("from an inbox with such an address needs a server that offers it, whoever it is to", async () => {
    const { account, inbox } = office.desk;
    const rename = async (address: string): Promise<void> => {
      await office.storage.db.transact(
        async (tx) => await updateInbox(tx, account.id, inbox.id, { address, address_key: address }),
      );
    };
    await rename("hilfé@desk.example");
    try {
      const id = await reply(refusing, { to: "ada@example.com" });
      expect((await office.message(id)).delivery_error).toMatch(
        /^not sent from hilfé@desk.example: .* give the inbox another address, or a mail server that offers it$/,
      );
      expect(said).toEqual([]);
      await reply(taking, { to: "ada@example.com" });
      expect(said[0]).toMatch(/^FROM:<hilfé@desk.example> SMTPUTF8/);
    } finally {
      await rename("help@desk.example");
    }
  });
});

describe.skipIf(ENGINE_MISSING !== null)("letters beyond ASCII before the @, by Postfix", () => {
  beforeEach((context) => {
    if (POSTFIX_MISSING !== null) context.skip(POSTFIX_MISSING);
  });

  test.each(["yes", "no"] as const)("with smtputf8_enable = %s", async (smtputf8) => {
    const sink = await startScriptedSmtp(TAKES);
    const routes = { "example.com": `smtp:[127.0.0.1]:${sink.port}` };
    let postfix: Postfix | undefined;
    let office: PostOffice | undefined;
    try {
      postfix = await startPostfix(routes, { smtputf8_enable: smtputf8 });
      office = await openPostOffice(localServer(postfix.port), 10_000);
      const id = await office.reply((await office.desk.ticket()).id, { to: "josé@example.com, ada@example.com" });
      expect(await office.run()).toBe(1);
      const got = smtputf8 === "yes" ? ["ada@example.com", "josé@example.com"] : ["ada@example.com"];
      await expect
        .poll(() => sink.accepted.flatMap(({ to }) => to.map(lettersOf)).toSorted(), { timeout: 30_000 })
        .toEqual(got);
      const message = await office.message(id);
      expect(message).toMatchObject(
        smtputf8 === "yes"
          ? { delivery_state: "sent", delivery_error: null }
          : { delivery_state: "failed", delivery_error: expect.stringMatching(/^not delivered to josé@.*SMTPUTF8/) },
      );
    } finally {
      await office?.close();
      await postfix?.stop();
      await sink.close();
    }
  });
});
