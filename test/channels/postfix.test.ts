import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Installation, newInstallation, setup } from "../cli/installation.ts";
import { POSTFIX_MISSING, type Postfix, freePort, startPostfix } from "../support/postfix.ts";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { connectSmtp } from "../support/smtp-client.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";
import { letter } from "./mail-desk.ts";

interface Listed {
  messages: { outcome: string; source: string; mail_id: string | null }[];
}

/** Until Postfix has tried, was refused, and has tried again. */
const PATIENCE = { timeout: 100_000 };

describe.skipIf(ENGINE_MISSING !== null)("mail that Postfix relays to us", { timeout: 240_000 }, () => {
  const closing: (() => Promise<unknown>)[] = [];
  let desk: Installation;
  let server: ChildProcess | undefined;
  beforeEach((context) => {
    if (POSTFIX_MISSING !== null) context.skip(POSTFIX_MISSING);
  });
  afterEach(async () => {
    await stop("SIGKILL");
    for (const close of closing.splice(0).toReversed()) await close();
  });

  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    const child = server;
    server = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  };
  const serve = async (protocol: "smtp" | "lmtp", port: number): Promise<void> => {
    server = desk.start(["serve", "--port", "0", `--${protocol}-port`, String(port), "--json"]);
    server.stderr?.resume();
    await once(createInterface(server.stdout!), "line");
  };
  /** A desk, and a Postfix that gives its mail to it and all other mail to a sink. */
  const open = async (protocol: "smtp" | "lmtp"): Promise<{ postfix: Postfix; sink: ScriptedSmtp; port: number }> => {
    desk = await newInstallation();
    closing.push(desk.remove);
    expect((await desk.run(setup("acme"))).code).toBe(0);
    const sink = await startScriptedSmtp();
    closing.push(sink.close);
    const port = await freePort();
    const postfix = await startPostfix({
      "acme.example": protocol === "lmtp" ? `lmtp:inet:127.0.0.1:${port}` : `smtp:[127.0.0.1]:${port}`,
      "customer.example": `smtp:[127.0.0.1]:${sink.port}`,
    });
    closing.push(postfix.stop);
    return { postfix, sink, port };
  };
  const submit = async (postfix: Postfix, bodies: readonly string[], to = ["help@acme.example"]): Promise<void> => {
    const client = await connectSmtp(postfix.port);
    await client.say("EHLO client.example");
    for (const body of bodies) {
      expect(await client.say("MAIL FROM:<ruby@customer.example>")).toMatch(/^250/);
      for (const address of to) expect(await client.say(`RCPT TO:<${address}>`)).toMatch(/^250/);
      expect(await client.data(letter(body))).toEqual([expect.stringMatching(/^250/)]);
    }
    client.close();
  };
  const ledger = async (): Promise<Listed["messages"]> =>
    (await desk.run(["mail", "list", "--limit", "1000", "--json"])).json<Listed>().messages;
  const outcomes = async (): Promise<string[]> => {
    await desk.run(["mail", "process"]);
    return (await ledger()).map(({ source, outcome }) => `${source} ${outcome}`);
  };

  test.each(["lmtp", "smtp"] as const)("arrives by %s, and its sender hears of who is not here", async (protocol) => {
    const { postfix, sink, port } = await open(protocol);
    await serve(protocol, port);
    await submit(postfix, ["to one and to nobody"], ["help@acme.example", "nobody@acme.example"]);
    await expect.poll(() => postfix.queued() === 0 && sink.accepted.length, PATIENCE).toBe(1);
    await expect.poll(outcomes, PATIENCE).toEqual([`${protocol} ticket`]);
    const [report] = sink.accepted;
    expect(report).toMatchObject({ from: "", to: ["ruby@customer.example"] });
    expect(report?.raw).toContain("nobody@acme.example");
    expect(report?.raw).toContain("550 5.1.1 There is no such address here");
    expect(report?.raw).not.toMatch(/Final-Recipient: rfc822; help@/);
  });

  test.each(["lmtp", "smtp"] as const)(
    "arrives by %s from letters beyond ASCII before the @ (RFC 6531)",
    async (protocol) => {
      const { postfix, port } = await open(protocol);
      await serve(protocol, port);
      const client = await connectSmtp(postfix.port);
      await client.say("EHLO client.example");
      expect(await client.say("MAIL FROM:<josé@customer.example> SMTPUTF8")).toMatch(/^250/);
      expect(await client.say("RCPT TO:<help@acme.example>")).toMatch(/^250/);
      const raw = letter("from afar").replace(/^From: .*$/m, "From: José <josé@customer.example>");
      expect(await client.data(raw)).toEqual([expect.stringMatching(/^250/)]);
      client.close();
      await expect.poll(outcomes, PATIENCE).toEqual([`${protocol} ticket`]);
      const listed = (await desk.run(["mail", "list", "--json"])).json<{ messages: { from: string }[] }>();
      expect(listed.messages[0]?.from).toContain("josé@customer.example");
    },
  );

  test.each(["lmtp", "smtp"] as const)("waits while our %s is down, and none of it is lost", async (protocol) => {
    const { postfix, port } = await open(protocol);
    const bodies = Array.from({ length: 30 }, (_, index) => `patience ${index + 1}`);
    await submit(postfix, bodies.slice(0, 10));
    await expect.poll(() => postfix.log(), PATIENCE).toContain("Connection refused");
    expect(postfix.queued()).toBeGreaterThan(0);
    await serve(protocol, port);
    // Killed while mail comes in, and started again.
    await submit(postfix, bodies.slice(10, 20));
    await stop("SIGKILL");
    await submit(postfix, bodies.slice(20));
    await serve(protocol, port);
    await expect
      .poll(
        () => {
          postfix.flush();
          return postfix.queued();
        },
        { ...PATIENCE, interval: 1000 },
      )
      .toBe(0);
    await expect
      .poll(async () => (await outcomes()).filter((each) => each === `${protocol} ticket`).length, PATIENCE)
      .toBe(30);
    // What was taken before the kill and not answered for comes again, and is known.
    expect(new Set(await outcomes())).toEqual(new Set([`${protocol} ticket`, ...duplicatesIn(await outcomes())]));
  });

  const duplicatesIn = (all: readonly string[]): string[] => all.filter((each) => each.endsWith(" duplicate"));
});
