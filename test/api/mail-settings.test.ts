import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openAccessTokens } from "../../src/channels/email/access-tokens.ts";
import { chooseMailServer } from "../../src/desk/choose-mail-server.ts";
import { prepareTransport } from "../../src/desk/transports.ts";
import { tryTransport } from "../../src/desk/try-mail.ts";
import { Faults } from "../../src/domain/faults.ts";
import { openSmtpClient } from "../../src/mail/smtp-client.ts";
import { findTransportById } from "../../src/storage/transports.ts";
import { openVault } from "../../src/storage/secrets.ts";
import { startScriptedImap } from "../support/scripted-imap.ts";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { type TestDesk, type TestServer, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";

describe.skipIf(ENGINE_MISSING !== null)("mail settings", () => {
  let storage: TestStorage;
  let server: TestServer;
  let desk: TestDesk;
  let smtp: ScriptedSmtp;

  beforeAll(async () => {
    storage = await openTestStorage();
    // What the operator allows: a mail server of this machine.
    server = await startTestServer({ allowPrivateHosts: ["127.0.0.1"] } as object, storage);
    smtp = await startScriptedSmtp();
  });
  beforeEach(async () => {
    smtp.act = () => undefined;
    smtp.accepted.length = 0;
    desk = await openDesk({}, server);
  });
  afterAll(async () => {
    await smtp.close();
    await server.close();
    await storage.remove();
  });

  const SMTP = { host: "smtp.example.com", user: "help", password: "tr0ub4dor" };
  const IMAP = { host: "imap.example.com", user: "help@example.com", password: "tr0ub4dor" };

  /** Ports on which nothing answers, and on which something answers that is no mail server. */
  const withListener = async (say: string | null, work: (port: number) => Promise<void>): Promise<void> => {
    const listener = createServer((socket) => {
      socket.on("error", () => undefined);
      if (say !== null) socket.write(say);
    }).listen(0, "127.0.0.1");
    await once(listener, "listening");
    const { port } = listener.address() as AddressInfo;
    if (say === null) listener.close();
    await work(port).finally(() => listener.close());
  };

  const steps = (body: { ok: boolean; steps: { name: string; ok: boolean; message: string }[] }) =>
    body.steps.map(({ name, ok }) => `${name} ${ok ? "ok" : "failed"}`);

  describe("of mail servers", () => {
    test("are created, shown without secrets, changed and removed", async () => {
      const made = await desk.post("/transports", { ...SMTP, inbox_id: desk.inbox.id });
      expect(made.status).toBe(201);
      const shown = {
        id: made.body.id,
        inbox_id: desk.inbox.id,
        host: "smtp.example.com",
        port: 587,
        security: "starttls",
        auth: "password",
        user: "help",
        created_at: made.body.created_at,
      };
      expect(made.body).toEqual(shown);
      expect(made.headers.location).toMatch(new RegExp(`/transports/${made.body.id}$`));
      const path = `/transports/${made.body.id}`;
      expect((await desk.get(path)).body).toEqual(shown);
      expect((await desk.get("/transports?count=true")).headers["total-count"]).toBe("1");
      const changed = await desk.patch(path, { security: "tls" });
      expect(changed.body).toEqual({ ...shown, security: "tls", port: 465 });
      const list = await desk.get("/transports?fields=id,host,port,secret,password,allow_private,version");
      expect(list.body).toEqual([{ id: made.body.id, host: "smtp.example.com", port: 465, version: 2 }]);
      expect((await desk.ask("DELETE", path)).status).toBe(204);
      expect((await desk.get(path)).status).toBe(404);
      expect((await desk.ask("DELETE", path)).status).toBe(404);
    });

    test("keep their secret only for the host and the user that it was given for", async () => {
      const { id } = (await desk.post("/transports", SMTP)).body;
      const secret = async () => (await findTransportById(storage.db, desk.account.id, id))?.secret;
      const first = await secret();
      expect((await desk.patch(`/transports/${id}`, { port: 2525 })).status).toBe(200);
      expect(await secret()).toBe(first);
      for (const change of [{ host: "evil.example" }, { user: "other" }]) {
        const refused = await desk.patch(`/transports/${id}`, change);
        expect(refused.body.errors).toEqual([{ message: "password is required to sign in" }]);
      }
      expect((await desk.patch(`/transports/${id}`, { host: "b.example.com", password: "new" })).status).toBe(200);
      expect(await secret()).not.toBe(first);
      expect((await desk.patch(`/transports/${id}`, { security: "none" })).status).toBe(422);
      expect((await desk.patch(`/transports/${id}`, { auth: "none", security: "none" })).body).toMatchObject({
        auth: "none",
        user: null,
      });
      expect(await secret()).toBeNull();
    });

    test("never say that a host of this network is allowed, and lose what the operator allowed with the host", async () => {
      const { id } = (await desk.post("/transports", { ...SMTP, allow_private: true })).body;
      const row = async () => await findTransportById(storage.db, desk.account.id, id);
      expect((await row())?.allow_private).toBe(0);
      await storage.db.transact(async (tx) => {
        const own = tx.query.updateTable("transports").set({ allow_private: 1 });
        await own.where("account_id", "=", desk.account.id).where("id", "=", id).execute();
      });
      await desk.patch(`/transports/${id}`, { port: 26 });
      expect((await row())?.allow_private).toBe(1);
      await desk.patch(`/transports/${id}`, { host: "c.example.com", password: "x" });
      expect((await row())?.allow_private).toBe(0);
    });

    test("are refused with a reason for each fault", async () => {
      const faults = async (body: object) => (await desk.post("/transports", body)).body.errors;
      expect(await faults({ host: 5, port: 0, security: "ssl" })).toHaveLength(3);
      expect(await faults({ host: "a b", user: "x" })).toEqual([
        { message: "host must be a host name or an address" },
        { message: "password is required to sign in" },
      ]);
      expect(await faults({ host: "a.example", password: "x" })).toEqual([{ message: "user is required to sign in" }]);
      await desk.post("/transports", SMTP);
      expect(await faults(SMTP)).toEqual([{ message: expect.stringMatching(/^inbox_id has a mail server already/) }]);
      expect(await faults({ ...SMTP, inbox_id: "0".repeat(24) })).toEqual([
        { message: expect.stringMatching(/^inbox_id must be the id of an inbox/) },
      ]);
    });

    test("B3: compare If-Match", async () => {
      const { id } = (await desk.post("/transports", SMTP)).body;
      const etag = (await desk.get(`/transports/${id}`)).headers.etag ?? "";
      await desk.patch(`/transports/${id}`, { port: 2 });
      expect((await desk.patch(`/transports/${id}`, { port: 3 }, { "If-Match": etag })).status).toBe(412);
    });

    test("are tried step by step, up to a message to oneself", async () => {
      const local = { host: "127.0.0.1", port: smtp.port, security: "none" };
      const tried = await desk.post("/transports/test", { ...local, send_to: "me@example.com" });
      expect(tried.body.ok).toBe(true);
      expect(steps(tried.body)).toEqual(["dns ok", "connect ok", "tls ok", "sign_in ok", "send ok"]);
      expect(smtp.accepted[0]).toMatchObject({ from: "help@desk.example", to: ["me@example.com"] });
      const { id } = (await desk.post("/transports", local)).body;
      expect((await desk.post("/transports/test", { id })).body).toMatchObject({ ok: true });
      expect(smtp.accepted).toHaveLength(1);
    });

    test("that fail say at which step, and what to do", async () => {
      const ask = async (body: object) => (await desk.post("/transports/test", body)).body;
      const missing = await ask({ host: "no-such-host.invalid" });
      expect(steps(missing)).toEqual(["dns failed"]);
      expect(missing.steps[0].message).toContain("check the name of the server");
      const inner = await ask({ host: "127.0.0.2" });
      expect(steps(inner)).toEqual(["dns failed"]);
      expect(inner.steps[0].message).toContain("is on this network");
      await withListener(null, async (port) => {
        const closed = await ask({ host: "127.0.0.1", port });
        expect(steps(closed)).toEqual(["dns ok", "connect failed"]);
        expect(closed.steps[1].message).toContain("firewall");
      });
      const plain = await ask({ host: "127.0.0.1", port: smtp.port });
      expect(steps(plain)).toEqual(["dns ok", "connect ok", "tls failed"]);
      const wrong = await ask({ host: "127.0.0.1", port: smtp.port, security: "tls" });
      expect(steps(wrong)).toEqual(["dns ok", "connect ok", "tls failed"]);
      expect(wrong.steps[2].message).toContain("may want starttls");
      smtp.act = (stage) => (stage === "MAIL" ? "550 5.7.1 not your address" : undefined);
      const refused = await ask({ host: "127.0.0.1", port: smtp.port, security: "none", send_to: "me@example.com" });
      expect(steps(refused).at(-1)).toBe("send failed");
      expect(refused.steps.at(-1).message).toContain("550 5.7.1 not your address");
    });

    test("an inbox's goes with it, and others' stay", async () => {
      const inbox = (await desk.post("/inboxes", { name: "Sales", address: "sales@desk.example" })).body;
      const own = (await desk.post("/transports", { ...SMTP, inbox_id: inbox.id })).body;
      const all = (await desk.post("/transports", SMTP)).body;
      const mailbox = (await desk.post("/mailboxes", { ...IMAP, inbox_id: inbox.id })).body;
      expect((await desk.ask("DELETE", `/inboxes/${inbox.id}`)).status).toBe(204);
      expect((await desk.get(`/transports/${own.id}`)).status).toBe(404);
      expect((await desk.get(`/mailboxes/${mailbox.id}`)).status).toBe(404);
      expect((await desk.get(`/transports/${all.id}`)).status).toBe(200);
    });

    test("say what to do when the key that sealed them is lost, and nothing is sent", async () => {
      const { id } = (await desk.post("/transports", { ...SMTP, host: "127.0.0.1", inbox_id: desk.inbox.id })).body;
      const lost = openVault({ data: storage.data, key: Buffer.alloc(32, 7) });
      const means = {
        vault: lost,
        accessTokens: openAccessTokens(storage.db, lost),
        allowPrivateHosts: ["127.0.0.1"],
        relay: null,
        smtp: openSmtpClient(),
      };
      const why = await chooseMailServer(storage.db, means, desk.inbox);
      expect(why).toMatch(/^the password for 127\.0\.0\.1 cannot be read .*set it again with "cantrip transport set"/);
      const row = await findTransportById(storage.db, desk.account.id, id);
      if (row === undefined) throw new Error("it is gone");
      const tried = await tryTransport(means, row, null);
      expect(tried).toMatchObject({ ok: false, steps: [{ name: "sign_in", ok: false }] });
      const fresh = prepareTransport(
        lost,
        desk.account.id,
        null,
        { ...SMTP, security: "tls", auth: "password", username: "x", allowPrivate: false },
        new Faults(),
      );
      expect(lost.unseal(fresh.secret ?? "")).toBe("tr0ub4dor");
    });
  });

  describe("of mailboxes", () => {
    test("are created, shown without secrets, changed and removed", async () => {
      const made = await desk.post("/mailboxes", { ...IMAP, inbox_id: desk.inbox.id });
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({
        inbox_id: desk.inbox.id,
        port: 993,
        security: "tls",
        auth: "password",
        folder: "INBOX",
        after: "leave",
        last_fetched_at: null,
      });
      expect(made.text).not.toContain("tr0ub4dor");
      const path = `/mailboxes/${made.body.id}`;
      const changed = await desk.patch(path, { after: "seen", port: 143, security: "starttls", password: "n3w" });
      expect(changed.body).toMatchObject({ after: "seen", port: 143, host: "imap.example.com" });
      // Another host, user or folder would be another mailbox: they are not what can be changed.
      expect((await desk.patch(path, { host: "evil.example", folder: "Other" })).body).toMatchObject({
        host: "imap.example.com",
        folder: "INBOX",
      });
      expect((await desk.get("/mailboxes?fields=id,secret,allow_private,version")).body).toEqual([
        { id: made.body.id, version: 3 },
      ]);
      expect((await desk.ask("DELETE", path)).status).toBe(204);
      expect((await desk.get(path)).status).toBe(404);
    });

    test("are refused with a reason for each fault", async () => {
      const faults = async (body: object) => (await desk.post("/mailboxes", body)).body.errors;
      expect(await faults({})).toEqual([
        { message: expect.stringMatching(/^inbox_id is required/) },
        { message: expect.stringMatching(/^host is required/) },
        { message: expect.stringMatching(/^user is required/) },
        { message: expect.stringMatching(/^password is required/) },
      ]);
      await desk.post("/mailboxes", { ...IMAP, inbox_id: desk.inbox.id });
      expect(await faults({ ...IMAP, inbox_id: desk.inbox.id })).toEqual([
        { message: expect.stringMatching(/^mailbox is already fetched/) },
      ]);
      const { id } = (await desk.get("/mailboxes")).body[0];
      expect((await desk.patch(`/mailboxes/${id}`, { after: "move:INBOX" })).status).toBe(422);
      expect((await desk.patch(`/mailboxes/${id}`, { inbox_id: "0".repeat(24) })).status).toBe(422);
    });

    test("are tried step by step, and nothing is taken", async () => {
      const imap = await startScriptedImap(["one", "two"]);
      const local = { host: "127.0.0.1", port: imap.port, security: "none", user: "help", password: "secret" };
      const tried = await desk.post("/mailboxes/test", local);
      expect(tried.body).toMatchObject({ ok: true });
      expect(steps(tried.body)).toEqual(["dns ok", "connect ok", "tls ok", "sign_in ok", "folder ok"]);
      expect(tried.body.steps.at(-1).message).toContain("has 2 messages");
      const made = await desk.post("/mailboxes", { ...local, inbox_id: desk.inbox.id, from_now: true });
      expect(made.status).toBe(201);
      expect((await desk.post("/mailboxes/test", { id: made.body.id })).body.ok).toBe(true);
      await imap.close();
      const gone = await desk.post("/mailboxes/test", { id: made.body.id });
      expect(steps(gone.body)).toEqual(["dns ok", "connect failed"]);
    });
  });

  describe("of DKIM", () => {
    test("make a key, answer the record to set, and take both away", async () => {
      const path = `/inboxes/${desk.inbox.id}/dkim`;
      expect((await desk.get(path)).status).toBe(404);
      const made = await desk.post(path);
      expect(made.status).toBe(201);
      expect(made.body).toEqual({
        domain: "desk.example",
        selector: expect.stringMatching(/^cantrip-[0-9a-f]{8}$/),
        record: {
          name: `${made.body.selector}._domainkey.desk.example`,
          value: expect.stringMatching(/^v=DKIM1; k=rsa; p=[A-Za-z0-9+/=]{390,400}$/),
        },
      });
      expect((await desk.get(path)).body).toEqual(made.body);
      const other = await desk.post(path, {});
      expect(other.body.selector).not.toBe(made.body.selector);
      const inbox = await desk.get(`/inboxes/${desk.inbox.id}?fields=dkim,dkim_key`);
      expect(inbox.body).toEqual({ dkim: { domain: "desk.example", selector: other.body.selector } });
      expect((await desk.ask("DELETE", path)).status).toBe(204);
      expect((await desk.get(path)).status).toBe(404);
    });

    test("are their account's own", async () => {
      await desk.post(`/inboxes/${desk.inbox.id}/dkim`);
      const other = await openDesk({}, server);
      expect((await other.get(`/inboxes/${desk.inbox.id}/dkim`)).status).toBe(404);
      expect((await other.ask("DELETE", `/inboxes/${desk.inbox.id}/dkim`)).status).toBe(404);
      expect((await desk.get(`/inboxes/${desk.inbox.id}/dkim`)).status).toBe(200);
    });

    test("are for admins: an agent may not see or set any of these", async () => {
      const agent = await desk.signIn({ role: "agent" });
      for (const path of ["/transports", "/mailboxes", `/inboxes/${desk.inbox.id}/dkim`]) {
        expect((await agent.get(path)).status).toBe(403);
        expect((await agent.post(path, {})).status).toBe(403);
      }
      expect((await agent.post("/transports/test", {})).status).toBe(403);
      expect((await agent.post("/mailboxes/test", {})).status).toBe(403);
    });

    test("sign for the inbox's own domain only", async () => {
      const path = `/inboxes/${desk.inbox.id}/dkim`;
      for (const domain of ["evil.example", "example", "k.example", "sub.desk.example"]) {
        expect((await desk.post(path, { domain })).body.errors).toEqual([
          { message: expect.stringMatching(/^domain must be desk\.example/) },
        ]);
      }
      await desk.patch(`/inboxes/${desk.inbox.id}`, { address: "help@eu.desk.example" });
      expect((await desk.post(path, { domain: "desk.example" })).status).toBe(201);
    });
  });
});
