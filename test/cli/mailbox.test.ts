import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ScriptedImap, startScriptedImap } from "../support/scripted-imap.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";
import { letter, letters } from "../channels/mail-desk.ts";
import { type Installation, type Ran, newInstallation, setup } from "./installation.ts";

describe.skipIf(ENGINE_MISSING !== null)("cantrip mailbox", () => {
  let desk: Installation;
  let imap: ScriptedImap;
  beforeEach(async () => {
    desk = await newInstallation();
    imap = await startScriptedImap(letters(3));
    await desk.run(setup("acme"));
  });
  afterEach(async () => {
    await imap.close();
    await desk.remove();
  });

  const add = async (...more: string[]): Promise<Ran> => {
    const place = ["--host", "127.0.0.1", "--port", String(imap.port), "--security", "none", "--user", "help"];
    return await desk.run(
      ["mailbox", "add", "--inbox", "help@acme.example", ...place, "--password-stdin", "--json", ...more],
      { input: "p" },
    );
  };

  test("adds, lists, tests, fetches, reconciles and removes, and shows no secret", async () => {
    const added = await add("--allow-private");
    expect(added.stderr).toBe("");
    const { id } = added.json<{ id: string }>();
    expect(added.stdout).not.toMatch(/secret|password"?:/);
    expect((await desk.run(["mailbox", "list", "--json"])).json()).toMatchObject({ mailboxes: [{ id, user: "help" }] });
    expect((await desk.run(["mailbox", "test", id, "--json"])).json()).toMatchObject({ messages: 3, waiting: 3 });
    const before = await desk.run(["mail", "reconcile", "--json"]);
    expect(before.code).toBe(1);
    expect(before.json()).toMatchObject({ ok: false, mailboxes: [{ waiting: [1, 2, 3] }] });
    expect((await desk.run(["mailbox", "fetch", id, "--json"])).json()).toMatchObject({ messages: 3, tickets: 3 });
    expect((await desk.run(["mail", "reconcile", "--json"])).code).toBe(0);
    expect((await desk.run(["doctor", "--json"])).stdout).toMatch(/mailbox help on 127\.0\.0\.1","level":"ok"/);
    expect((await desk.run(["mailbox", "remove", id])).code).toBe(0);
    expect((await desk.run(["mailbox", "list", "--json"])).json()).toEqual({ mailboxes: [] });
  });

  test("leaves what is there already, if told to", async () => {
    const { id } = (await add("--allow-private", "--from-now")).json<{ id: string }>();
    imap.messages.set(4, Buffer.from(letter("after")));
    expect((await desk.run(["mailbox", "fetch", id, "--json"])).json()).toMatchObject({ messages: 1 });
  });

  test("refuses a host of this network, an inbox that is not there, and a server that does not answer", async () => {
    expect((await add()).stderr).toMatch(/on this network.*, or say --allow-private$/m);
    expect((await add("--allow-private", "--inbox", "nobody@acme.example")).stderr).toMatch(/has no inbox/);
    imap.down = true;
    expect((await add("--allow-private")).stderr).toMatch(/no connection to 127\.0\.0\.1.*: check the host, the port/);
    expect((await desk.run(["mailbox", "list", "--json"])).json()).toEqual({ mailboxes: [] });
  });

  test("has messages that could not be fetched requeued once they can", async () => {
    const { id } = (await add("--allow-private")).json<{ id: string }>();
    imap.fault = ({ uid, socket }) => {
      if (uid !== 2) return "honest";
      socket.destroy();
      return "handled";
    };
    expect((await desk.run(["mailbox", "fetch", id, "--json"])).json()).toMatchObject({ tickets: 2, quarantined: 1 });
    const still = await desk.run(["mail", "requeue", "--all-quarantined", "--json"]);
    expect([still.code, still.json<{ failed: number }>().failed]).toEqual([1, 1]);
    imap.fault = null;
    const done = await desk.run(["mail", "requeue", "--all-quarantined", "--json"]);
    expect(done.stderr).toBe("");
    expect(done.json()).toMatchObject({ requeued: 1, tickets: 1, failed: 0 });
    expect((await desk.run(["mail", "reconcile", "--json"])).json()).toMatchObject({
      mailboxes: [{ taken: { ticket: 3 } }],
    });
  });
});
