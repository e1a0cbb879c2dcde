import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test } from "vitest";
import { updateAccount } from "../../src/storage/accounts.ts";
import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import { type ScriptedImap, startScriptedImap } from "../support/scripted-imap.ts";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { ENGINE, ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { SYSTEM } from "../../src/domain/events.ts";
import { Faults } from "../../src/domain/faults.ts";
import { createTicket } from "../../src/desk/create-ticket.ts";
import { type MailDesk, letter, openMailDesk } from "./mail-desk.ts";

const bin = join(import.meta.dirname, "../../bin/cantrip");

/** What a killed server held must be free this soon, for whoever looks for work every two seconds to have it in thirty. */
const LONGEST_LEASE = 26_000;

const PATIENCE = { timeout: 60_000 };

describe.skipIf(ENGINE_MISSING !== null)("two servers on one database", () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  interface Pair {
    storage: TestStorage;
    desk: MailDesk;
    imap: ScriptedImap;
    sink: ScriptedSmtp;
  }

  const open = async (): Promise<Pair> => {
    const storage = await openTestStorage();
    closing.push(storage.remove);
    const imap = await startScriptedImap([letter("first")], "IMAP4rev1 IDLE");
    closing.push(imap.close);
    const sink = await startScriptedSmtp();
    closing.push(sink.close);
    const desk = await openMailDesk(storage);
    await storage.db.transact(async (tx) => await updateAccount(tx, desk.accountId, { undo_seconds: 0 }));
    await desk.add(imap.port);
    return { storage, desk, imap, sink };
  };
  const serve = async ({ storage, sink }: Pair): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [bin, "serve", "--port", "0", "--json"], {
      env: {
        PATH: process.env["PATH"],
        CANTRIP_DATA: storage.data,
        DATABASE_URL: storage.databaseUrl ?? "",
        CANTRIP_LOG_LEVEL: "error",
        CANTRIP_SMTP_URL: `smtp://127.0.0.1:${sink.port}?tls=none`,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    closing.push(async () => await kill(child));
    await once(createInterface(child.stdout), "line");
    return child;
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  const holder = async ({ storage }: Pair): Promise<string | null> =>
    (await acrossAccounts(storage.db).selectFrom("mailboxes").select("leased_by").executeTakeFirst())?.leased_by ??
    null;
  /** When those end that anybody has. */
  const leases = async ({ storage }: Pair): Promise<number[]> => {
    const all = acrossAccounts(storage.db);
    const mailbox = await all.selectFrom("mailboxes").select("leased_until").executeTakeFirstOrThrow();
    const job = await all.selectFrom("jobs").select("locked_until").executeTakeFirstOrThrow();
    return [mailbox.leased_until ?? 0, job.locked_until ?? 0];
  };
  const reply = async ({ storage, desk }: Pair): Promise<void> => {
    await storage.db.transact(async (tx) => {
      const user = await acrossAccounts(tx).selectFrom("users").select("id").executeTakeFirstOrThrow();
      const message = {
        type: "reply",
        direction: "out",
        to: "ruby@example.com",
        body: "Hello",
        user_id: user.id,
      } as const;
      const input = { type: "email", subject: "A question", customer: {}, messages: [message] } as const;
      await createTicket(tx, desk.accountId, SYSTEM, input, new Faults());
    });
  };

  test(
    "share the mail: what the killed one held, the other does within 30 s",
    { timeout: 150_000 },
    async (context) => {
      if (ENGINE === "sqlite") context.skip("one process serves an embedded database");
      const pair = await open();
      const { desk, imap, sink } = pair;
      const first = await serve(pair);
      await expect.poll(async () => await desk.bodies(), PATIENCE).toEqual(["first"]);
      const firstHolder = await holder(pair);
      expect(firstHolder).not.toBe(null);
      // Its delivery hangs before the end of the message.
      sink.act = (stage) => (stage === "MAIL" ? "hang" : undefined);
      await reply(pair);
      await expect.poll(() => sink.connections, PATIENCE).toBe(1);
      await serve(pair);
      sink.act = () => undefined;
      await kill(first);
      expect(Math.max(...(await leases(pair))) - Date.now()).toBeLessThan(LONGEST_LEASE);
      imap.append(letter("second"));
      await expect.poll(() => sink.accepted.length, PATIENCE).toBe(1);
      await expect.poll(async () => await desk.bodies(), PATIENCE).toContain("second");
      expect(await holder(pair)).not.toBe(firstHolder);
      const { delivery_state, delivery_attempts } = await acrossAccounts(pair.storage.db)
        .selectFrom("messages")
        .selectAll()
        .where("direction", "=", "out")
        .executeTakeFirstOrThrow();
      expect({ delivery_state, delivery_attempts }).toEqual({ delivery_state: "sent", delivery_attempts: 2 });
      expect(sink.accepted).toHaveLength(1);
    },
  );
});
