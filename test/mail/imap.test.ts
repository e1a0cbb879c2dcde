import { readFileSync } from "node:fs";
import { once } from "node:events";
import { createServer as createHttp } from "node:http";
import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";
import { join } from "node:path";
import { TLSSocket, createServer as createTls } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { fetchAccessToken } from "../../src/mail/access-token.ts";
import { type ImapAccount, type ImapLimits, ImapSession } from "../../src/mail/imap.ts";
import { startScriptedImap } from "../support/scripted-imap.ts";

const tls = (name: string): string => readFileSync(join(import.meta.dirname, "../fixtures/tls", name), "utf8");

const LIMITS: ImapLimits = { messageBytes: 1000, connect: 2000, silence: 1000, message: 1000, idle: 1000, poll: 100 };

const closing: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const account = (port: number, changes: Partial<ImapAccount> = {}): ImapAccount => ({
  host: "localhost",
  address: "127.0.0.1",
  port,
  security: "none",
  username: "ruby",
  credentials: { password: "p" },
  folder: "INBOX",
  writable: false,
  ...changes,
});

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** The scripted server behind TLS, from the start or after STARTTLS. */
async function behindTls(mode: "tls" | "starttls" | "stripped"): Promise<number> {
  const plain = await startScriptedImap(["a letter"]);
  closing.push(plain.close);
  const secure = { key: tls("localhost.key"), cert: tls("localhost.crt") };
  const forward = (outside: Socket | TLSSocket, greet: boolean): void => {
    const inside = connect({ port: plain.port, host: "127.0.0.1" });
    outside.on("error", () => undefined);
    inside.on("error", () => undefined);
    outside.on("close", () => inside.destroy());
    inside.on("close", () => outside.destroy());
    outside.on("data", (chunk: Buffer) => inside.write(chunk));
    let greeted = greet;
    inside.on("data", (chunk: Buffer) => {
      if (greeted) outside.write(chunk);
      greeted = true;
    });
  };
  if (mode === "tls") {
    const server = createTls(secure, (socket) => forward(socket, true));
    return await listen(server);
  }
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    const capability = mode === "starttls" ? "IMAP4rev1 STARTTLS LOGINDISABLED" : "IMAP4rev1";
    socket.write(`* OK [CAPABILITY ${capability}] ready\r\n`);
    const read = (chunk: Buffer): void => {
      const [tag = "", command = ""] = chunk.toString().trim().split(" ");
      if (command.toUpperCase() === "STARTTLS" && mode === "starttls") {
        socket.off("data", read);
        socket.write(`${tag} OK go\r\n`);
        forward(new TLSSocket(socket, { isServer: true, ...secure }), false);
      } else if (command.toUpperCase() === "CAPABILITY") {
        socket.write(`* CAPABILITY ${capability}\r\n${tag} OK done\r\n`);
      } else {
        socket.write(`${tag} OK done\r\n`);
      }
    };
    socket.on("data", read);
  });
  return await listen(server);
}

describe("an IMAP connection", () => {
  test.each(["tls", "starttls"] as const)(
    "is encrypted by %s, to the name on the certificate only",
    async (security) => {
      const port = await behindTls(security);
      const session = await ImapSession.open(account(port, { security, ca: tls("localhost.crt") }), LIMITS);
      expect(await session.uidsAfter(0)).toEqual([1]);
      session.close();
      const trusted = ImapSession.open(account(port, { security }), LIMITS);
      await expect(trusted).rejects.toThrow(/no (safe )?connection to localhost/);
      const named = ImapSession.open(
        account(port, { security, ca: tls("localhost.crt"), host: "elsewhere.example" }),
        LIMITS,
      );
      await expect(named).rejects.toThrow(/no (safe )?connection to elsewhere\.example/);
    },
  );

  test("sends no password where STARTTLS was taken away", async () => {
    const port = await behindTls("stripped");
    await expect(ImapSession.open(account(port, { security: "starttls" }), LIMITS)).rejects.toMatchObject({
      code: expect.stringMatching(/imap_(tls|connection)/) as string,
    });
  });

  test("signs in with an access token (XOAUTH2)", async () => {
    const server = await startScriptedImap(["a letter"], "IMAP4rev1 AUTH=XOAUTH2 SASL-IR");
    closing.push(server.close);
    const session = await ImapSession.open(account(server.port, { credentials: { accessToken: "a token" } }), LIMITS);
    session.close();
    const said = server.said.find((line) => line.startsWith("AUTHENTICATE XOAUTH2")) ?? "";
    const text = Buffer.from(said.split(" ")[2] ?? "", "base64").toString();
    expect(text).toBe("user=ruby\u0001auth=Bearer a token\u0001\u0001");
  });

  test("opens a folder for reading, unless it is told to change something", async () => {
    const server = await startScriptedImap([]);
    closing.push(server.close);
    (await ImapSession.open(account(server.port), LIMITS)).close();
    (await ImapSession.open(account(server.port, { writable: true }), LIMITS)).close();
    expect(server.said.filter((line) => /^(EXAMINE|SELECT)/.test(line))).toEqual(["EXAMINE INBOX", "SELECT INBOX"]);
  });
});

describe("an access token", () => {
  const policy = { allowPrivate: true };
  const endpoint = async (status: number, answer: unknown, seen: string[] = []): Promise<string> => {
    const server = createHttp((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        seen.push(body);
        response
          .writeHead(status, { "Content-Type": "application/json" })
          .end(typeof answer === "string" ? answer : JSON.stringify(answer));
      });
    });
    const port = await listen(server);
    return `http://localhost:${port}/token`;
  };
  const grant = (tokenUrl: string) => ({ tokenUrl, clientId: "c", clientSecret: "s", refreshToken: "r" });

  test("is had for a refresh token, and a new refresh token is passed on", async () => {
    const seen: string[] = [];
    const url = await endpoint(200, { access_token: "a", expires_in: 3600, refresh_token: "r2" }, seen);
    expect(await fetchAccessToken(grant(url), policy)).toMatchObject({ accessToken: "a", refreshToken: "r2" });
    expect(seen).toEqual(["grant_type=refresh_token&client_id=c&client_secret=s&refresh_token=r"]);
  });

  test("that is refused says why, and whether to try again", async () => {
    const revoked = await endpoint(400, { error: "invalid_grant", error_description: "Token has been revoked." });
    await expect(fetchAccessToken(grant(revoked), policy)).rejects.toMatchObject({
      code: "oauth_refused",
      retryable: false,
      message: "localhost gives no access token (400): invalid_grant: Token has been revoked.",
    });
    const broken = await endpoint(503, "<html>");
    await expect(fetchAccessToken(grant(broken), policy)).rejects.toMatchObject({
      code: "oauth_failed",
      retryable: true,
    });
  });

  test("is not looked for where an endpoint redirects to: that could be the operator's own network", async () => {
    const seen: string[] = [];
    const inner = await endpoint(200, { access_token: "a" }, seen);
    for (const status of [301, 302, 303, 307, 308]) {
      const server = createHttp((request, response) => {
        request.resume();
        response.writeHead(status, { Location: inner }).end();
      });
      const port = await listen(server);
      await expect(fetchAccessToken(grant(`http://localhost:${port}/token`), policy)).rejects.toMatchObject({
        code: "oauth_refused",
        message: `localhost gives no access token (${status}): no reason given`,
      });
    }
    expect(seen).toEqual([]);
  });

  test("is not asked for on the operator's own network, nor without encryption", async () => {
    const url = await endpoint(200, { access_token: "a" });
    const guarded = { allowPrivate: [] };
    await expect(fetchAccessToken(grant(url), guarded)).rejects.toThrow("the token endpoint must be https");
    const https = url.replace("http:", "https:");
    await expect(fetchAccessToken(grant(https), guarded)).rejects.toMatchObject({ code: "host_refused" });
  });
});
