import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authenticate } from "../../src/mail/authentication.ts";
import { updateInbox } from "../../src/storage/inboxes.ts";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";
import { type PostOffice, localServer, openPostOffice } from "./post-office.ts";

describe.skipIf(ENGINE_MISSING !== null)("a reply of an inbox that signs", () => {
  let smtp: ScriptedSmtp;
  let office: PostOffice;
  beforeAll(async () => {
    smtp = await startScriptedSmtp();
    office = await openPostOffice(localServer(smtp.port));
  });
  afterAll(async () => {
    await office.close();
    await smtp.close();
  });

  test("is signed on its way, and whoever looks up the record that is shown believes it", async () => {
    const made = await office.desk.post(`/inboxes/${office.desk.inbox.id}/dkim`);
    expect(made.status).toBe(201);
    const { name, value } = made.body.record as { name: string; value: string };
    await office.reply((await office.desk.ticket()).id, { body: "Signed, with an ö" });
    await office.run();
    const resolver = async (asked: string): Promise<string[][]> => {
      if (asked.toLowerCase() === name) return await Promise.resolve([[value]]);
      if (asked === "_dmarc.desk.example") return await Promise.resolve([["v=DMARC1; p=reject"]]);
      throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
    };
    const envelope = { ip: "192.0.2.1", helo: "mx.desk.example", mailFrom: "help@desk.example" };
    const raw = Buffer.from(`${smtp.accepted[0]?.raw}\r\n`, "latin1");
    expect(await authenticate(raw, { ...envelope, resolver })).toMatchObject({ dkim: "pass", dmarc: "pass" });
  });

  test("waits while its key cannot be read: unsigned it would be refused", async () => {
    smtp.accepted.length = 0;
    const { account, inbox } = office.desk;
    await office.storage.db.transact(
      async (tx) => await updateInbox(tx, account.id, inbox.id, { dkim_key: "sealed with another key" }),
    );
    const id = await office.reply((await office.desk.ticket()).id);
    await office.run();
    expect(smtp.accepted).toEqual([]);
    expect(await office.message(id)).toMatchObject({
      delivery_state: "queued",
      delivery_error: expect.stringContaining("DKIM"),
    });
  });
});
