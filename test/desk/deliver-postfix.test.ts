import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { POSTFIX_MISSING, type Postfix, startPostfix } from "../support/postfix.ts";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";
import { localServer, openPostOffice } from "./post-office.ts";

const ca = readFileSync(join(import.meta.dirname, "../fixtures/tls/localhost.crt"), "utf8");

describe.skipIf(ENGINE_MISSING !== null)("a reply that goes out by Postfix", () => {
  let sink: ScriptedSmtp;
  let postfix: Postfix;
  beforeEach((context) => {
    if (POSTFIX_MISSING !== null) context.skip(POSTFIX_MISSING);
  });
  beforeAll(async () => {
    if (POSTFIX_MISSING !== null) return;
    sink = await startScriptedSmtp();
    postfix = await startPostfix({ "example.com": `smtp:[127.0.0.1]:${sink.port}` });
  });
  afterAll(async () => {
    if (POSTFIX_MISSING !== null) return;
    await postfix.stop();
    await sink.close();
  });

  test.each(["none", "starttls"] as const)(
    "with security %s is sent and arrives as it was written",
    async (security) => {
      const secured = security === "starttls" ? { security, host: "localhost", ca } : {};
      const office = await openPostOffice({ ...localServer(postfix.port), ...secured }, 10_000);
      sink.accepted.length = 0;
      try {
        const ticket = await office.desk.ticket();
        const body = `Hello ${security},\n\n.a line that begins with a dot\nand grüße`;
        const id = await office.reply(ticket.id, { to: "ruby@example.com, ada@example.com", body });
        expect(await office.run()).toBe(1);
        expect(await office.message(id)).toMatchObject({ delivery_state: "sent", delivery_error: null });
        await expect
          .poll(() => sink.accepted.flatMap(({ to }) => to).toSorted(), { timeout: 30_000 })
          .toEqual(["ada@example.com", "ruby@example.com"]);
        const raw = sink.accepted[0]?.raw ?? "";
        expect(raw).toContain(".a line that begins with a dot");
        expect(raw).toContain((await office.message(id)).mail_id ?? "no Message-ID");
        // Postfix says how it got it (RFC 3848).
        expect(raw).toContain(security === "starttls" ? "with ESMTPS id" : "with ESMTP id");
      } finally {
        await office.close();
      }
    },
  );

  test("to a domain that Postfix does not serve is refused at once, and says why", async () => {
    const office = await openPostOffice(localServer(postfix.port), 10_000);
    try {
      const id = await office.reply((await office.desk.ticket()).id, { to: "ruby@elsewhere.example" });
      expect(await office.run()).toBe(1);
      const message = await office.message(id);
      expect(message.delivery_state).toBe("failed");
      expect(message.delivery_error).toMatch(/^554 5.7.1 .*ccess denied/);
    } finally {
      await office.close();
    }
  });
});
