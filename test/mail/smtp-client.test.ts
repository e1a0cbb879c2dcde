import { readFileSync } from "node:fs";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach, describe, expect, test } from "vitest";
import { openSmtpClient } from "../../src/mail/smtp-client.ts";
import { SMTP_TIMEOUTS, type SmtpMail, type SmtpServer } from "../../src/mail/smtp-connection.ts";
import { trySmtp } from "../../src/mail/try-server.ts";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";

const tls = (name: string): string => readFileSync(join(import.meta.dirname, "../fixtures/tls", name), "utf8");
const [key, cert] = [tls("localhost.key"), tls("localhost.crt")];

const MAIL: SmtpMail = {
  envelope: { from: "help@desk.example", to: ["ruby@example.com"] },
  size: 10,
  read: () => Readable.from([Buffer.from("Subject: x\r\n\r\nHello\r\n")]),
  beforeHandOver: async () => await Promise.resolve(),
};

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const client = (): ReturnType<typeof openSmtpClient> => {
  const opened = openSmtpClient({ ...SMTP_TIMEOUTS, silence: 1000, greeting: 1000, whole: 3000 });
  closers.push(() => opened.abort());
  return opened;
};

/** A real server with accounts and certificates; what it is told of those who sign in. */
async function startServer(options: SMTPServerOptions): Promise<{ port: number; users: string[]; taken: string[] }> {
  const users: string[] = [];
  const taken: string[] = [];
  const server = new SMTPServer({
    key,
    cert,
    authMethods: ["PLAIN", "LOGIN", "XOAUTH2"],
    onAuth: ({ username = "", password, accessToken }, _, done) => {
      users.push(username);
      if (password === "right" || accessToken === "fresh") done(null, { user: username });
      else done(new Error("Wrong password"));
    },
    onData: (stream, session, done) => {
      taken.push(String(session.secure));
      stream.resume().on("end", () => done(null));
    },
    ...options,
  });
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  closers.push(async () => await new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as AddressInfo).port, users, taken };
}

async function startScripted(extensions: string[] = []): Promise<ScriptedSmtp> {
  const server = await startScriptedSmtp(extensions);
  closers.push(async () => await server.close());
  return server;
}

function serverAt(port: number, more: Partial<SmtpServer> = {}): SmtpServer {
  const password = { kind: "password", user: "help", password: "right" } as const;
  return {
    key: "x",
    host: "localhost",
    port,
    security: "starttls",
    auth: password,
    allowPrivate: true,
    ca: cert,
    ...more,
  };
}

describe("the SMTP client", () => {
  test("signs in over STARTTLS, and over TLS from the start", async () => {
    const upgraded = await startServer({});
    expect(await client().deliver(serverAt(upgraded.port), MAIL)).toMatchObject({ kind: "sent", refused: [] });
    const wrapped = await startServer({ secure: true });
    expect(await client().deliver(serverAt(wrapped.port, { security: "tls" }), MAIL)).toMatchObject({ kind: "sent" });
    expect([upgraded.users, upgraded.taken, wrapped.users, wrapped.taken]).toEqual([
      ["help"],
      ["true"],
      ["help"],
      ["true"],
    ]);
  });

  test("signs in with XOAUTH2 and the token of the moment", async () => {
    const { port, users } = await startServer({});
    const auth = {
      kind: "xoauth2",
      user: "help@desk.example",
      accessToken: async () => await Promise.resolve("fresh"),
    } as const;
    expect(await client().deliver(serverAt(port, { auth }), MAIL)).toMatchObject({ kind: "sent" });
    expect(users).toEqual(["help@desk.example"]);
  });

  test("tells a wrong password at once, in the server's words", async () => {
    const { port, taken } = await startServer({});
    const auth = { kind: "password", user: "help", password: "wrong" } as const;
    const result = await client().deliver(serverAt(port, { auth }), MAIL);
    expect(result).toMatchObject({ kind: "permanent", code: "535" });
    expect(result.response).toContain("Wrong password");
    expect(taken).toEqual([]);
  });

  test("sends nothing without the encryption that it was asked for", async () => {
    const plain = await startScripted();
    const result = await client().deliver(serverAt(plain.port, { auth: { kind: "none" } }), MAIL);
    expect(result).toMatchObject({ kind: "temporary", code: "tls" });
    expect(plain.accepted).toEqual([]);
  });

  test("sends no password over an unencrypted connection", async () => {
    const plain = await startScripted(["AUTH PLAIN LOGIN"]);
    let asked = false;
    plain.act = (stage) => {
      asked ||= stage === "AUTH";
      return undefined;
    };
    const result = await client().deliver(serverAt(plain.port, { security: "none" }), MAIL);
    expect(result).toMatchObject({ kind: "permanent", code: "tls_required" });
    expect([asked, plain.accepted]).toEqual([false, []]);
  });

  test("does not trust a certificate that nobody vouches for, or that is another host's", async () => {
    const { port, taken } = await startServer({ secure: true });
    const { ca: _, ...untrusted } = serverAt(port, { security: "tls" });
    expect((await client().deliver(untrusted, MAIL)).kind).toBe("temporary");
    expect((await client().deliver(serverAt(port, { security: "tls", host: "127.0.0.9" }), MAIL)).kind).toBe(
      "temporary",
    );
    expect(taken).toEqual([]);
  });

  test("refuses a host of this network before it connects", async () => {
    const server = await startScripted();
    const refused = await client().deliver(serverAt(server.port, { allowPrivate: [], security: "none" }), MAIL);
    expect(refused).toMatchObject({ kind: "permanent", code: "host_refused" });
    expect(server.connections).toBe(0);
    const auth = { kind: "none" } as const;
    const allowed = serverAt(server.port, { allowPrivate: ["localhost"], security: "none", auth });
    expect(await client().deliver(allowed, MAIL)).toMatchObject({ kind: "sent" });
  });

  test("hears every answer of a server that takes commands in a row (RFC 2920)", async () => {
    const server = await startScripted(["PIPELINING", "SIZE 1000"]);
    const auth = { kind: "none" } as const;
    const at = serverAt(server.port, { security: "none", auth });
    expect(await client().deliver(at, MAIL)).toMatchObject({ kind: "sent" });
    server.act = (stage) => (stage === "RCPT" ? "550 no such user" : undefined);
    expect(await client().deliver(at, MAIL)).toMatchObject({ kind: "permanent", code: "550" });
    server.act = () => undefined;
    expect(await client().deliver(at, { ...MAIL, size: 1001 })).toMatchObject({ kind: "permanent", code: "EMESSAGE" });
    expect(server.accepted).toHaveLength(1);
  });

  test("gives up on a server that never falls silent and never answers", async () => {
    const server = await startScripted();
    server.act = (stage) => (stage === "MAIL" ? "hang" : undefined);
    const slow = openSmtpClient({ ...SMTP_TIMEOUTS, whole: 300 });
    closers.push(() => slow.abort());
    const result = await slow.deliver(serverAt(server.port, { security: "none", auth: { kind: "none" } }), MAIL);
    expect(result).toMatchObject({ kind: "temporary" });
    expect(result.response).toContain("took longer than");
  });

  test("ends what it is doing when it is told to", async () => {
    const server = await startScripted();
    const aborted = client();
    server.act = (stage) => {
      if (stage === "MAIL") aborted.abort();
      return stage === "MAIL" ? "hang" : undefined;
    };
    const result = await aborted.deliver(serverAt(server.port, { security: "none", auth: { kind: "none" } }), MAIL);
    expect(result).toEqual({ kind: "temporary", code: "error", response: "Cantrip is stopping" });
  });

  test("tells whether a server lets it in, and sends nothing", async () => {
    const { port, taken } = await startServer({});
    expect((await trySmtp(serverAt(port))).filter(({ ok }) => !ok)).toEqual([]);
    const auth = { kind: "password", user: "help", password: "wrong" } as const;
    expect((await trySmtp(serverAt(port, { auth }))).at(-1)).toMatchObject({
      name: "sign_in",
      ok: false,
      message: expect.stringMatching(/^535 .*: check user and password/),
    });
    expect(taken).toEqual([]);
  });

  test("says in words what is wrong with the encryption, and what to do", async () => {
    const trouble = async (port: number, more: Partial<SmtpServer>): Promise<string | undefined> =>
      (await trySmtp({ ...serverAt(port), auth: { kind: "none" }, ...more })).find(({ ok }) => !ok)?.message;
    const plain = await startScripted();
    expect(await trouble(plain.port, { security: "starttls" })).toMatch(
      /^the server does not offer STARTTLS \(502 not here\): port \d+ may want tls; or none, of a server on this machine$/,
    );
    expect(await trouble(plain.port, { security: "tls" })).toMatch(
      /^the server does not begin with TLS on this port: port \d+ may want starttls/,
    );
    const { port } = await startServer({ secure: true });
    const { ca: _, ...untrusted } = serverAt(port, { security: "tls" });
    expect((await trySmtp(untrusted)).at(-1)?.message).toMatch(
      /^its certificate is from nobody that this machine trusts \(.*certificate\): if it is yours, start Cantrip with NODE_EXTRA_CA_CERTS=FILE/,
    );
  });
});
