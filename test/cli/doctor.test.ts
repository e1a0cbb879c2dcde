import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { DATABASE_FILE } from "../../src/storage/open.ts";
import { type ScriptedDns, type Zone, startScriptedDns } from "../support/scripted-dns.ts";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { type Installation, type SetUp, newInstallation, setup } from "./installation.ts";

interface Diagnosis {
  ok: boolean;
  settings: { name: string; value: string; source: string }[];
  checks: { name: string; level: string; message: string; mend: string | null }[];
}

const wrongs = ({ checks }: Diagnosis): string[] =>
  checks.filter((check) => check.level === "wrong").map((check) => `${check.name}: ${check.message}`);

/** Behind the program's back. */
async function change({ data, databaseUrl }: Installation, statement: string): Promise<void> {
  if (databaseUrl === null) {
    const file = new DatabaseSync(join(data, DATABASE_FILE));
    file.exec(statement);
    file.close();
    return;
  }
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(statement);
  await client.end();
}

describe.skipIf(inject("postgresMissing") !== null)("the doctor", () => {
  let place: Installation;

  beforeAll(async () => {
    place = await newInstallation();
  });
  afterAll(async () => {
    await place.remove();
  });

  test("reports a data folder that is not there, and makes none", async () => {
    const ran = await place.run(["doctor", "--json"], { env: { CANTRIP_PORT: "0" } });
    expect(ran.code).toBe(1);
    expect(wrongs(ran.json<Diagnosis>())).toContain(`data folder: ${place.data} does not exist`);
    expect(existsSync(place.data)).toBe(false);
  });

  test("finds nothing wrong with a fresh installation", async () => {
    await place.run(setup("acme"));
    const ran = await place.run(["doctor", "--json"], { env: { CANTRIP_PORT: "0" } });
    expect(wrongs(ran.json<Diagnosis>())).toEqual([]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const { settings, checks } = ran.json<Diagnosis>();
    expect(settings).toContainEqual({ name: "CANTRIP_PORT", value: "0", source: "environment" });
    expect(settings).toContainEqual({ name: "CANTRIP_HOST", value: "127.0.0.1", source: "default" });
    const names = [
      "data folder",
      "disk",
      "database",
      "schema",
      "help desks",
      "acme: tokens",
      "acme: counts",
      "acme: mail",
      "acme: mail servers",
      "acme: replies",
      "acme: DNS",
      "jobs",
      "server",
    ];
    expect(checks.map((check) => check.name)).toEqual(names);
  });

  test("finds counts of tickets that are kept wrong, which a restore mends", async () => {
    const look = async (): Promise<string[]> => wrongs((await place.run(["doctor", "--json"])).json<Diagnosis>());
    const assignee = place.databaseUrl === null ? "assignee" : "user_id";
    await change(
      place,
      `insert into ticket_tallies (account_id, trash, spam, state, inbox_id, ${assignee}, type, label_ids,
      created_period, updated_period, count) select id, 0, 0, 'open', 'none', '', 'email', '[]', 0, 0, 2 from accounts`,
    );
    expect(await look()).toContain("acme: counts: the counts of tickets that are kept are wrong (by 2 in all)");
    expect(await place.run(["backup", "now.cantrip"])).toMatchObject({ code: 0 });
    expect(await place.run(["restore", "--force", "now.cantrip"])).toMatchObject({ code: 0 });
    expect(await look()).not.toContainEqual(expect.stringContaining("counts"));
  });

  test("names a folder that others can open, and how to mend it", async () => {
    await chmod(place.data, 0o755);
    const ran = await place.run(["doctor"], { env: { CANTRIP_PORT: "0" } });
    await chmod(place.data, 0o700);
    expect(ran).toMatchObject({ code: 1, stdout: expect.stringContaining(`to mend it: run: chmod 700 ${place.data}`) });
  });

  test("names every wrong variable", async () => {
    const ran = await place.run(["doctor", "--json"], { env: { CANTRIP_PORT: "high", CANTRIP_MAIL_LIMIT: "lots" } });
    expect(ran.code).toBe(1);
    expect(wrongs(ran.json<Diagnosis>()).map((line) => line.split(" ", 2)[1])).toEqual([
      "CANTRIP_PORT",
      "CANTRIP_MAIL_LIMIT",
    ]);
  });

  test("shows no password of the database", async () => {
    const env = { DATABASE_URL: "postgres://me:hunter2@127.0.0.1:1/none", CANTRIP_PORT: "0" };
    const ran = await place.run(["doctor"], { env });
    expect(ran.code).toBe(1);
    expect(ran.stdout + ran.stderr).not.toContain("hunter2");
    expect(ran.stdout).toContain("me:***@127.0.0.1:1");
  });

  test("tells when another program has the port", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    other.on("connection", (socket) => socket.destroy());
    const ran = await place.run(["doctor", "--json"], { env: { CANTRIP_PORT: String(port) } });
    other.close();
    expect(wrongs(ran.json<Diagnosis>())).toEqual([`server: another program has port ${port} on 127.0.0.1`]);
  });
});

describe.skipIf(inject("postgresMissing") !== null)("while a server holds the data folder", () => {
  let place: Installation;
  let server: ChildProcess;
  let url: string;

  beforeAll(async () => {
    place = await newInstallation();
    await place.run(setup("acme"));
    server = place.start(["serve", "--port", "0", "--json"]);
    const [line] = (await once(server.stdout ?? server, "data")) as [Buffer];
    ({ url } = JSON.parse(line.toString()) as { url: string });
  });
  afterAll(async () => {
    const ended = once(server, "exit");
    server.kill();
    await ended;
    await place.remove();
  });

  const status = async (token: string): Promise<number> =>
    (await fetch(`${url}/api/v1/tickets`, { headers: { Authorization: `Bearer ${token}` } })).status;

  test("a token made on the command line opens it at once, and a revoked one no more", async () => {
    const made = (await place.run(["token", "create", "--name", "Script", "--json"])).json<{ id: string } & SetUp>();
    expect(await status(made.token)).toBe(200);
    expect((await place.run(["token", "revoke", made.id])).code).toBe(0);
    expect(await status(made.token)).toBe(401);
  });

  test("many commands write at the same time, and all of it is there", async () => {
    const names = Array.from({ length: 6 }, (_, number) => `label ${number}`);
    const ran = await Promise.all(names.map(async (name) => await place.run(["label", "create", "--name", name])));
    expect(ran.map(({ code }) => code)).toEqual(names.map(() => 0));
    const { labels } = (await place.run(["label", "list", "--json"])).json<{ labels: { name: string }[] }>();
    expect(labels.map(({ name }) => name).toSorted()).toEqual(names);
  });

  test("the doctor knows that it runs", async () => {
    const ran = await place.run(["doctor", "--json"], { env: { CANTRIP_PORT: new URL(url).port } });
    const { checks } = ran.json<Diagnosis>();
    expect(checks.find((check) => check.name === "server")).toMatchObject({
      level: "ok",
      message: expect.stringContaining("a Cantrip server has port"),
    });
  });
});

describe.skipIf(inject("postgresMissing") !== null)("the doctor looks outside", () => {
  let place: Installation;
  let dns: ScriptedDns;
  let smtp: ScriptedSmtp;
  const zone: Zone = {
    "MX acme.com": ["10 mx.acme.com"],
    "TXT acme.com": ["v=spf1 ip4:198.51.100.7 -all"],
    "TXT _dmarc.acme.com": ["v=DMARC1; p=none"],
  };

  beforeAll(async () => {
    place = await newInstallation();
    dns = await startScriptedDns(zone);
    smtp = await startScriptedSmtp();
    await place.run(setup("acme"));
    await place.run(["inbox", "create", "--name", "Help", "--address", "help@acme.com"]);
  });
  afterAll(async () => {
    dns.close();
    await smtp.close();
    await place.remove();
  });

  const look = async (env: Record<string, string> = {}): Promise<Diagnosis> =>
    (
      await place.run(["doctor", "--json"], { env: { CANTRIP_PORT: "0", CANTRIP_DNS_SERVERS: dns.address, ...env } })
    ).json<Diagnosis>();
  const found = ({ checks }: Diagnosis, name: string): string[] =>
    checks.filter((check) => check.name === name).map(({ level, message }) => `${level}: ${message}`);

  test("at what the DNS says of each inbox's domain", async () => {
    const diagnosis = await look();
    expect(found(diagnosis, "acme: MX record")).toEqual(["ok: mail for acme.com goes to mx.acme.com"]);
    expect(found(diagnosis, "acme: SPF record")).toEqual(["ok: acme.com: v=spf1 ip4:198.51.100.7 -all"]);
    expect(found(diagnosis, "acme: DMARC record")).toEqual(["ok: acme.com: v=DMARC1; p=none"]);
    expect(found(diagnosis, "acme: DNS")).toEqual([
      expect.stringContaining("note: acme.example is a name for examples"),
    ]);
  });

  test("at the record of the key that signs, which has to be the key's", async () => {
    const { record } = (await place.run(["inbox", "dkim", "set", "help@acme.com", "--json"])).json<{
      record: { name: string; value: string };
    }>();
    expect(found(await look(), "acme: DKIM record")).toEqual([
      `wrong: replies are signed, and ${record.name} has no key`,
    ]);
    Object.assign(zone, { [`TXT ${record.name}`]: [record.value] });
    expect(found(await look(), "acme: DKIM record")).toEqual([`ok: ${record.name} has the key that signs`]);
  });

  test("at the servers that mail goes to and comes from", async () => {
    const url = `smtp://127.0.0.1:${smtp.port}?tls=none`;
    const reached = await look({ CANTRIP_SMTP_URL: url });
    expect(found(reached, `mail server 127.0.0.1:${smtp.port}`)).toEqual([
      "ok: the connection is not encrypted, as asked for",
    ]);
    const encrypted = await look({ CANTRIP_SMTP_URL: url.replace("?tls=none", "") });
    expect(found(encrypted, `mail server 127.0.0.1:${smtp.port}`)).toEqual([expect.stringMatching(/^wrong: .*TLS/i)]);
    const gone = await look({ CANTRIP_SMTP_URL: "smtp://127.0.0.1:1?tls=none" });
    expect(found(gone, "mail server 127.0.0.1:1")).toEqual([expect.stringMatching(/^wrong: .*check the host/)]);
    const transport = ["transport", "set", "--host", "127.0.0.1", "--port", String(smtp.port), "--security", "none"];
    expect((await place.run([...transport, "--allow-private"])).code).toBe(0);
    expect(found(await look(), `acme: mail server 127.0.0.1:${smtp.port}`)).toEqual([
      "ok: the connection is not encrypted, as asked for",
    ]);
    expect(smtp.accepted).toEqual([]);
  });
});
