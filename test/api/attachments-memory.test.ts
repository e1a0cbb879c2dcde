import { once } from "node:events";
import { type Socket, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDesk, type TestServer, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

const MIB = 1024 * 1024;

/** A request of which only the head is sent; `Content-Length` announces the rest. */
function announce({ server, token }: TestDesk, bytes: number): Socket {
  const socket = connect({ port: server.port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  socket.write(
    `POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nConnection: close\r\nContent-Length: ${bytes}\r\n\r\n`,
  );
  return socket;
}

function uploadOf(bytes: number): string {
  const [head, tail] = ['{"name":"a","type":"a/b","data":"', '"}'];
  return head + "A".repeat((bytes - head.length - tail.length) & ~3) + tail;
}

async function answerOf(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  await once(socket, "close");
  return text.slice(9, 12);
}

// A server of its own: what these tests hold back must not be another's.
describe.skipIf(ENGINE_MISSING !== null)("F1", () => {
  let server: TestServer;
  let desk: TestDesk;
  beforeAll(async () => {
    server = await startTestServer();
    desk = await openDesk({}, server);
  });
  afterAll(async () => await server.close());

  test("F1: large uploads share a bounded memory: who finds no room waits, small requests pass, and room goes on", async () => {
    // Three take 120 of 128 MiB though they send nothing yet.
    const holders = [40, 40, 40].map((size) => announce(desk, size * MIB));
    await sleep(200);
    const body = uploadOf(20 * MIB);
    const waiting = announce(desk, body.length);
    waiting.write(body);
    const answer = answerOf(waiting);
    await sleep(400);
    expect(waiting.writableLength, "the server read on without room").toBeGreaterThan(0);

    expect((await desk.post("/labels", { name: "small" })).status).toBe(201);
    expect((await desk.post("/attachments", { name: "a", type: "a/b", data: "QUJD" })).status).toBe(201);

    holders[1]?.destroy();
    expect(await answer).toBe("201");
    for (const holder of holders) holder.destroy();
  });

  test("F1: who waits is served in turn, also behind one that gave up waiting", async () => {
    const holders = [40, 40, 40].map((size) => announce(desk, size * MIB));
    await sleep(200);
    const gone = announce(desk, 30 * MIB);
    const body = uploadOf(9 * MIB);
    const later = announce(desk, body.length);
    later.write(body);
    const answer = answerOf(later);
    await sleep(200);
    gone.destroy();
    holders[0]?.destroy();
    expect(await answer).toBe("201");
    for (const holder of holders) holder.destroy();
  });

  test("F1: a body counts until it is stored, not only while it is read", async () => {
    const holders = [40, 40].map((size) => announce(desk, size * MIB));
    await sleep(200);
    const body = uploadOf(28 * MIB);
    const stuck = await blockAttachments(server);
    const first = announce(desk, body.length);
    first.write(body);
    const firstAnswer = answerOf(first);
    await sleep(1500);
    expect(first.writableLength, "the first upload was not read").toBe(0);
    const second = announce(desk, body.length);
    second.write(body);
    const secondAnswer = answerOf(second);
    await sleep(500);
    expect(second.writableLength, "the second upload was read while the first was not stored").toBeGreaterThan(0);
    await stuck.release();
    expect(await firstAnswer).toBe("201");
    expect(await secondAnswer).toBe("201");
    for (const holder of holders) holder.destroy();
  });
});

/** Keeps every attachment from being recorded until it is released. */
async function blockAttachments({ storage: { db } }: TestServer): Promise<{ release(): Promise<void> }> {
  const { promise: end, resolve: release } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const running = db.transact(async (tx) => {
    if (tx.engine === "postgres") await sql`lock table attachments in exclusive mode`.execute(tx.query);
    begin();
    await end;
  });
  await begun;
  return {
    release: async () => {
      release();
      await running;
    },
  };
}
