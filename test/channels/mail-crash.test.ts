import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Installation, newInstallation, setup } from "../cli/installation.ts";
import { DOVECOT_MISSING, type Dovecot, PASSWORD, startDovecot } from "../support/dovecot.ts";
import { connectSmtp } from "../support/smtp-client.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";
import { letter, letters } from "./mail-desk.ts";

interface Listed {
  messages: { outcome: string; size: number; source: string }[];
}

/** Kills of a server that fetches; a long run wants more. */
const KILLS = 8;

describe.skipIf(ENGINE_MISSING !== null)("a server that is killed", { timeout: 240_000 }, () => {
  let desk: Installation | undefined;
  let server: ChildProcess | undefined;
  afterEach(async () => {
    if (server !== undefined) await kill(server);
    await desk?.remove();
  });

  const kill = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  const install = async (): Promise<Installation> => {
    desk = await newInstallation();
    expect((await desk.run(setup("acme"))).code).toBe(0);
    return desk;
  };
  const serve = async (at: Installation): Promise<{ smtp_port: number; lmtp_port: number }> => {
    server = at.start(["serve", "--port", "0", "--smtp-port", "0", "--lmtp-port", "0", "--json"]);
    server.stderr?.resume();
    for await (const line of createInterface({ input: server.stdout! })) return JSON.parse(line);
    throw new Error("the server did not start");
  };
  const listed = async (at: Installation): Promise<Listed["messages"]> =>
    (await at.run(["mail", "list", "--limit", "100000", "--json"])).json<Listed>().messages;

  test.each(["smtp", "lmtp"] as const)("right after its 250 by %s has the message", async (protocol) => {
    const at = await install();
    const ports = await serve(at);
    const client = await connectSmtp(protocol === "smtp" ? ports.smtp_port : ports.lmtp_port);
    await client.say(protocol === "smtp" ? "EHLO client.example" : "LHLO client.example");
    await client.say("MAIL FROM:<ruby@customer.example>");
    expect(await client.say("RCPT TO:<help@acme.example>")).toMatch(/^250/);
    expect(await client.data(letter("before the end"))).toEqual([expect.stringMatching(/^250/)]);
    if (server !== undefined) await kill(server);
    client.close();
    expect((await listed(at)).map(({ source }) => source)).toEqual([protocol]);
    await at.run(["mail", "process"]);
    expect((await listed(at)).map(({ outcome }) => outcome)).toEqual(["ticket"]);
  });

  describe.skipIf(DOVECOT_MISSING !== null)("while it fetches", () => {
    let dovecot: Dovecot;
    beforeAll(async () => {
      dovecot = await startDovecot();
    });
    afterAll(async () => await dovecot.stop());

    test("again and again, loses nothing and doubles nothing", { timeout: 120_000 }, async () => {
      const at = await install();
      const sent = letters(300, "survivor");
      dovecot.deliver("killed", sent);
      const add = `mailbox add --inbox help@acme.example --host 127.0.0.1 --port ${dovecot.port} --security none --user killed --password-stdin --allow-private --json`;
      const added = await at.run(add.split(" "), { input: PASSWORD });
      expect(added.stderr).toBe("");
      const { id } = added.json<{ id: string }>();
      for (let round = 0; round < KILLS; round += 1) {
        const fetching = at.start(["mailbox", "fetch", id, "--json"]);
        await Promise.race([once(fetching, "exit"), sleep(350 + Math.random() * 350)]);
        await kill(fetching);
        // The lease of who was killed: a server waits for its end.
        await releaseLease(at);
      }
      const last = await at.run(["mailbox", "fetch", id, "--json"]);
      expect(last.code).toBe(0);
      await at.run(["mail", "process"]);
      const rows = await listed(at);
      expect(rows.map(({ outcome }) => outcome)).toEqual(sent.map(() => "ticket"));
      const compared = await at.run(["mail", "reconcile", "--json"]);
      expect(compared.code).toBe(0);
      expect(compared.json()).toMatchObject({
        ok: true,
        mailboxes: [{ messages: 300, taken: { ticket: 300 }, missing: [], waiting: [] }],
      });
    });
  });
});

/** As if the time of the lease had passed. */
async function releaseLease(at: Installation): Promise<void> {
  const { openStorage } = await import("../../src/storage/open.ts");
  const { acrossAccounts } = await import("../../src/storage/across-accounts.ts");
  const storage = await openStorage({ data: at.data, databaseUrl: at.databaseUrl });
  await storage.db.transact(
    async (tx) => await acrossAccounts(tx).updateTable("mailboxes").set({ leased_until: 0, next_try_at: 0 }).execute(),
  );
  await storage.close();
}
