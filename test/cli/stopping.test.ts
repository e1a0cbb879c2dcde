import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { type Served, freePort, serve } from "../support/served.ts";
import { type TcpProxy, startTcpProxy } from "../support/tcp-proxy.ts";
import { ENGINE } from "../support/test-storage.ts";
import { type Installation, type SetUp, newInstallation, setup } from "./installation.ts";

describe.skipIf(inject("postgresMissing") !== null)("a server that is told to stop", () => {
  let place: Installation;
  let server: Served | undefined;
  let token: string;

  beforeAll(async () => {
    place = await newInstallation();
    ({ token } = (await place.run(setup("acme"))).json<SetUp>());
  });
  afterEach(async () => void (await server?.stop("SIGKILL")));
  afterAll(async () => await place.remove());

  const ready = async (at: Served): Promise<number> =>
    await fetch(`${at.url}/readyz`, { headers: { Connection: "close" } }).then(
      ({ status }) => status,
      () => 0,
    );

  test("says so on /readyz, and goes on answering for a while, each answer its connection's last", async () => {
    server = await serve(place, [], { CANTRIP_DRAIN_SECONDS: "3" });
    expect(await ready(server)).toBe(200);
    const agent = new Agent({ keepAlive: true });
    const ask = async (): Promise<IncomingMessage> => {
      const headers = { Authorization: `Bearer ${token}` };
      const asked = request(`${server?.url}/api/v1/users`, { agent, headers }).end();
      const [answer] = (await once(asked, "response")) as [IncomingMessage];
      answer.resume();
      await once(answer, "end");
      return answer;
    };
    expect((await ask()).headers.connection).toBe("keep-alive");
    server.child.kill("SIGTERM");
    await expect.poll(async () => await ready(server!)).toBe(503);
    const last = await ask();
    expect([last.statusCode, last.headers.connection]).toEqual([200, "close"]);
    expect(await server.ended).toBe(0);
    expect(server.said.join("\n")).toContain("Stopping");
    agent.destroy();
  });

  test("finishes a request that it had begun to take", async () => {
    server = await serve(place, [], { CANTRIP_DRAIN_SECONDS: "0" });
    const body = JSON.stringify({ first_name: "Late", contacts: [{ type: "email", value: "late@example.com" }] });
    const socket = connect(server.port, "127.0.0.1");
    const head = `POST /api/v1/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`;
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`);
    // Known to be in, since a later one was answered.
    expect(await ready(server)).toBe(200);
    const ended = server.stop();
    await expect.poll(async () => await ready(server!)).toBe(0);
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    socket.write(body.slice(10));
    await once(socket, "close");
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    expect(await ended).toBe(0);
  });

  test("ends at once when it is told again", async () => {
    server = await serve(place, [], { CANTRIP_DRAIN_SECONDS: "300" });
    server.child.kill("SIGTERM");
    await expect.poll(async () => await ready(server!)).toBe(503);
    expect(await server.stop("SIGTERM")).toBe("SIGTERM");
  });
});

/** A client that never stops asking, over connections that it keeps. */
function hammer(
  port: number,
  { token, user: { id: userId } }: SetUp,
  clients: number,
): { stop(): Promise<{ posted: number; read: number }> } {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const done = { posted: 0, read: 0 };
  const failures: string[] = [];
  const over = new AbortController();
  const ask = async (method: string, path: string, body?: object): Promise<{ status: number; text: string }> => {
    const text = body === undefined ? "" : JSON.stringify(body);
    const headers = {
      Authorization: `Bearer ${token}`,
      ...(text !== "" && { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) }),
    };
    const asked = request({ port, host: "127.0.0.1", path: `/api/v1${path}`, method, agent, headers }).end(text);
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return { status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
  };
  const client = async (index: number): Promise<void> => {
    const customer = { first_name: "Ruby", last_name: "Miller" };
    const ticket = await ask("POST", "/tickets", { type: "email", subject: `Ticket ${index}`, customer });
    const { id } = JSON.parse(ticket.text) as { id: string };
    for (let round = 0; !over.signal.aborted; round += 1) {
      const body = `Reply ${index}-${round}`;
      const reply = { type: "reply", direction: "out", to: "ruby@example.com", body, user_id: userId };
      const posting = round % 5 === 0;
      const got = posting
        ? await ask("POST", `/tickets/${id}/messages`, reply)
        : await ask("GET", `/tickets/${id}?embed=messages`);
      if (got.status !== (posting ? 201 : 200)) failures.push(`${got.status} ${got.text}`);
      done[posting ? "posted" : "read"] += 1;
    }
  };
  const running = Array.from({ length: clients }, async (_, index) => {
    await client(index).catch((error: unknown) => failures.push(String(error)));
  });
  return {
    stop: async () => {
      over.abort();
      await Promise.all(running);
      agent.destroy();
      expect(failures.slice(0, 5)).toEqual([]);
      return done;
    },
  };
}

describe.skipIf(inject("postgresMissing") !== null)("two servers on one database", () => {
  let place: Installation | undefined;
  let smtp: ScriptedSmtp | undefined;
  let proxy: TcpProxy | undefined;
  const servers: Served[] = [];

  afterAll(async () => {
    await proxy?.close();
    for (const each of servers) await each.stop("SIGKILL");
    await smtp?.close();
    await place?.remove();
  });

  test("are restarted one after the other under load: no request fails, and every reply is delivered once", async (context) => {
    if (ENGINE === "sqlite") context.skip("one process serves an embedded database");
    const at = (place = await newInstallation());
    const sink = (smtp = await startScriptedSmtp());
    const desk = (await at.run(setup("acme"))).json<SetUp>();
    const free = "account set --site acme --credits-per-minute 0 --requests-per-second 0 --undo-seconds 0";
    expect((await at.run(free.split(" "))).code).toBe(0);
    const ports = [await freePort(), await freePort()];
    const start = async (index: number): Promise<Served> =>
      await serve(at, ["--port", String(ports[index])], {
        CANTRIP_SMTP_URL: `smtp://127.0.0.1:${sink.port}?tls=none`,
        CANTRIP_ALLOW_PRIVATE_HOSTS: "127.0.0.1",
      });
    servers.push(await start(0), await start(1));
    proxy = await startTcpProxy(ports);
    const load = hammer(proxy.port, desk, 6);
    for (const index of [0, 1, 0, 1]) {
      expect(await servers[index]?.stop()).toBe(0);
      servers[index] = await start(index);
      await expect.poll(() => proxy?.ready()).toEqual([true, true]);
    }
    const { posted, read } = await load.stop();
    expect(Math.min(posted, read)).toBeGreaterThan(20);
    await expect.poll(() => sink.accepted.length, { timeout: 50_000 }).toBe(posted);
    const bodies = sink.accepted.map(({ raw }) => /Reply \d+-\d+/.exec(raw)?.[0]);
    expect(new Set(bodies).size).toBe(posted);
  });
});

describe.skipIf(inject("postgresMissing") !== null)("a server that is killed in the middle of a delivery", () => {
  let place: Installation | undefined;
  let smtp: ScriptedSmtp | undefined;
  const servers: Served[] = [];

  afterAll(async () => {
    for (const each of servers) await each.stop("SIGKILL");
    await smtp?.close();
    await place?.remove();
  });

  test("leaves it to the next one, which sends the message once", { timeout: 120_000 }, async () => {
    const at = (place = await newInstallation());
    const sink = (smtp = await startScriptedSmtp());
    const { token, user } = (await at.run(setup("acme"))).json<SetUp>();
    await at.run("account set --site acme --undo-seconds 0".split(" "));
    const start = async (): Promise<Served> => {
      const env = {
        CANTRIP_SMTP_URL: `smtp://127.0.0.1:${sink.port}?tls=none`,
        CANTRIP_ALLOW_PRIVATE_HOSTS: "127.0.0.1",
      };
      const server = await serve(at, [], { ...env, CANTRIP_DRAIN_SECONDS: "0" });
      servers.push(server);
      return server;
    };
    const first = await start();
    sink.act = (stage) => (stage === "MAIL" ? "hang" : undefined);
    const post = async (path: string, body: object): Promise<{ id: string }> => {
      const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
      const got = await fetch(`${first.url}/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
      expect(got.status).toBe(201);
      return (await got.json()) as { id: string };
    };
    const customer = { first_name: "Ruby", last_name: "Miller" };
    const ticket = await post("/tickets", { type: "email", subject: "A question", customer });
    const reply = { type: "reply", direction: "out", to: "ruby@example.com", body: "Hello", user_id: user.id };
    await post(`/tickets/${ticket.id}/messages`, reply);
    await expect.poll(() => sink.connections).toBe(1);
    expect(await first.stop("SIGKILL")).toBe("SIGKILL");
    sink.act = () => undefined;
    await start();
    await expect.poll(() => sink.accepted.length, { timeout: 60_000, interval: 250 }).toBe(1);
    expect(sink.connections).toBe(2);
  });
});
