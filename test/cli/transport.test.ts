import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { type Installation, type SetUp, newInstallation, setup } from "./installation.ts";

describe.skipIf(inject("postgresMissing") !== null)("cantrip transport", () => {
  let place: Installation;
  let made: SetUp;
  let smtp: ScriptedSmtp;

  beforeAll(async () => {
    smtp = await startScriptedSmtp();
    place = await newInstallation();
    made = (await place.run(setup("acme"))).json<SetUp>();
  });
  afterAll(async () => {
    await place.remove();
    await smtp.close();
  });

  test("sets, lists and removes mail servers, and never shows a password", async () => {
    const input = "tr0ub4dor\n";
    const set = ["transport", "set", "--host", "smtp.acme.example", "--user", "help", "--password-stdin"];
    const first = await place.run([...set, "--json"], { input });
    const shown = {
      id: expect.any(String),
      inbox: null,
      host: "smtp.acme.example",
      port: 587,
      security: "starttls",
      auth: "password",
      user: "help",
      allow_private: false,
    };
    expect(first.json()).toEqual(shown);
    const changed = await place.run([...set, "--security", "tls", "--json"], { input });
    expect(changed.json()).toEqual({ ...shown, id: first.json()["id"], port: 465, security: "tls" });
    const own = await place.run([...set, "--inbox", "help@acme.example", "--port", "2525"], { input });
    expect(own).toMatchObject({ code: 0, stdout: expect.stringContaining("smtp.acme.example:2525") });
    const list = await place.run(["transport", "list", "--json"]);
    expect(list.json<{ transports: object[] }>().transports).toHaveLength(2);
    expect(`${first.stdout}${own.stdout}${list.stdout}`).not.toContain("tr0ub4dor");
    if (place.databaseUrl === null) {
      expect(readFileSync(join(place.data, "cantrip.sqlite")).includes("tr0ub4dor")).toBe(false);
    }
    expect((await place.run(["transport", "remove", "--inbox", "help@acme.example"])).code).toBe(0);
    expect((await place.run(["transport", "remove"])).code).toBe(0);
    expect(await place.run(["transport", "remove"])).toMatchObject({ code: 1, stdout: "" });
  });

  test("refuses what cannot work, and a password that would travel in the clear", async () => {
    const set = ["transport", "set", "--host", "smtp.acme.example"];
    const refused = [
      [[...set, "--security", "none", "--user", "x", "--password-stdin"], "unencrypted"],
      [[...set, "--user", "x"], "password is required"],
      [[...set, "--inbox", "nobody@acme.example"], "no inbox"],
      [["transport", "set", "--host", "not a host"], "host must be"],
    ] as const;
    for (const [args, why] of refused) {
      expect(await place.run(args, { input: "x\n" })).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringContaining(why),
      });
    }
    expect((await place.run(["transport", "set"])).code).toBe(2);
    expect((await place.run([...set, "--security", "maybe"])).code).toBe(2);
  });

  test("tries a mail server out, and sends a test message only when told to", async () => {
    const none = await place.run(["transport", "test"]);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining("no mail server is configured") });
    const set = ["transport", "set", "--host", "127.0.0.1", "--port", String(smtp.port), "--security", "none"];
    expect((await place.run(set)).stderr).toContain("Nothing is sent yet: the host 127.0.0.1 is on this network");
    const guarded = await place.run(["transport", "test"]);
    expect(guarded).toMatchObject({ code: 1, stderr: expect.stringContaining("is on this network") });
    expect((await place.run([...set, "--allow-private"])).stderr).toBe("");
    expect((await place.run(["transport", "test", "--json"])).json()).toEqual({
      ok: true,
      host: "127.0.0.1",
      port: smtp.port,
      response: null,
    });
    expect(smtp.accepted).toEqual([]);
    const sent = await place.run(["transport", "test", "--send-to", "me@example.com"]);
    expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining("250 taken as 42") });
    expect(smtp.accepted.map(({ from, to }) => ({ from, to }))).toEqual([
      { from: "help@acme.example", to: ["me@example.com"] },
    ]);
    await place.run(["transport", "remove"]);
    smtp.accepted.length = 0;
  });

  test("M3: a running server sends a reply, shows a failed one, and sends it again when it is told to", async () => {
    const server = place.start(["serve", "--port", "0", "--json"], {
      env: { CANTRIP_SMTP_URL: `smtp://127.0.0.1:${smtp.port}?tls=none` },
    });
    const [line] = (await once(server.stdout ?? server, "data")) as [Buffer];
    const { listening } = JSON.parse(line.toString()) as { listening: string };
    const ask = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
      const answer = await fetch(`${listening}/api/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${made.token}`, "Content-Type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return (await answer.json()) as Record<string, unknown>;
    };
    try {
      expect(
        (
          await place.run([
            "account",
            "set",
            "--undo-seconds",
            "0",
            "--requests-per-second",
            "0",
            "--credits-per-minute",
            "0",
          ])
        ).code,
      ).toBe(0);
      smtp.act = (stage) => (stage === "RCPT" ? "550 no such user" : undefined);
      const ticket = await ask("POST", "/tickets", { type: "email", subject: "x", customer: { first_name: "Ruby" } });
      const reply = { type: "reply", direction: "out", to: "ruby@example.com", body: "Hello", user_id: made.user.id };
      const { id } = await ask("POST", `/tickets/${String(ticket["id"])}/messages`, reply);
      const path = `/tickets/${String(ticket["id"])}/messages/${String(id)}?fields=delivery_state,delivery_error`;
      await expect
        .poll(async () => await ask("GET", path), { timeout: 15_000 })
        .toMatchObject({ delivery_state: "failed" });
      const doctor = (await place.run(["doctor", "--json"])).json<{
        checks: { name: string; message: string; mend: string }[];
      }>();
      expect(doctor.checks.find(({ name }) => name === "acme: replies")).toMatchObject({
        message: "1 could not be delivered",
        mend: expect.stringContaining(`cantrip mail retry --site acme ${String(id)}`),
      });
      smtp.act = () => undefined;
      expect((await place.run(["mail", "retry", String(id), "--json"])).json()).toMatchObject({
        delivery_state: "queued",
      });
      await expect
        .poll(async () => await ask("GET", path), { timeout: 15_000 })
        .toEqual({ delivery_state: "sent", delivery_error: null });
      expect(smtp.accepted).toHaveLength(1);
      expect(await place.run(["mail", "retry", String(id)])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("must be failed"),
      });
    } finally {
      server.kill("SIGTERM");
      await once(server, "exit");
    }
  }, 60_000);

  test("doctor says where replies wait for a mail server", async () => {
    const { checks } = (await place.run(["doctor", "--json"])).json<{
      checks: { name: string; level: string; message: string }[];
    }>();
    expect(checks.find(({ name }) => name === "acme: mail servers")).toMatchObject({
      level: "note",
      message: "replies wait: no mail server for Support",
    });
  });
});
