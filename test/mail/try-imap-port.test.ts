import { readFileSync } from "node:fs";
import { once } from "node:events";
import { type AddressInfo, type Server, type Socket, createServer } from "node:net";
import { join } from "node:path";
import { TLSSocket, createServer as createTlsServer } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { type ImapPort, tryImapPort } from "../../src/mail/try-imap-port.ts";

const file = (name: string): string => readFileSync(join(import.meta.dirname, "../fixtures/tls", name), "utf8");
const cert = file("localhost.crt");
const key = file("localhost.key");

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

async function listen(made: Server): Promise<number> {
  server = made.listen(0, "127.0.0.1");
  await once(made, "listening");
  return (made.address() as AddressInfo).port;
}

const plainServer = (serve: (socket: Socket) => void): Server => createServer(serve);

async function look(port: number, more: Partial<ImapPort> = {}): Promise<string> {
  const asked = { host: "localhost", port, security: "tls" as const, ca: cert, ...more };
  const steps = await tryImapPort(asked, { allowPrivate: true });
  return steps.map(({ name, ok, message }) => (ok ? name : `${name} fails: ${message}`)).join(", ");
}

describe("an IMAP server is looked at from outside", () => {
  test("over TLS", async () => {
    const port = await listen(createTlsServer({ cert, key }, (socket) => socket.write("* OK ready\r\n")));
    expect(await look(port)).toBe("dns, connect, tls");
  });

  test("over STARTTLS, which has to be there", async () => {
    const encrypted: TLSSocket[] = [];
    const port = await listen(
      plainServer((socket) => {
        socket.write("* OK ready\r\n");
        socket.once("data", () => {
          socket.write("* CAPABILITY IMAP4rev1\r\na1 OK begin\r\n");
          encrypted.push(new TLSSocket(socket, { isServer: true, cert, key }));
        });
      }),
    );
    expect(await look(port, { security: "starttls" })).toBe("dns, connect, tls");
    server?.close();
    const without = await listen(
      plainServer((socket) => {
        socket.write("* OK ready\r\n");
        socket.once("data", () => socket.write("a1 BAD no such thing\r\n"));
      }),
    );
    expect(await look(without, { security: "starttls" })).toMatch(/^dns, connect fails: the server says: a1 BAD/);
  });

  test("and a certificate of somebody else's is none", async () => {
    const port = await listen(createTlsServer({ cert, key }, (socket) => socket.write("* OK ready\r\n")));
    expect(await look(port, { ca: undefined as never })).toMatch(/^dns, connect, tls fails: /);
    expect(await look(port, { host: "127.0.0.1" }), "the name counts").toMatch(/tls/);
  });

  test("and says what is wrong with one that is not there, says nothing sensible, or hangs up", async () => {
    expect(await look(1)).toMatch(/^dns, connect fails: .*ECONNREFUSED.*: check the host, the port/);
    const web = await listen(plainServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
    expect(await look(web, { security: "none" })).toMatch(/connect.* fails: the server says: HTTP\/1.1 400/);
    server?.close();
    const silent = await listen(plainServer((socket) => socket.end()));
    expect(await look(silent, { security: "none" })).toMatch(/the server closed the connection/);
  });

  test("never on this network, unless the operator allows it", async () => {
    const steps = await tryImapPort({ host: "127.0.0.1", port: 1, security: "none" }, { allowPrivate: false });
    expect(steps).toMatchObject([{ name: "dns", ok: false, message: expect.stringContaining("is on this network") }]);
  });
});
