import { once } from "node:events";
import { type ServerResponse, createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { EventStream } from "../../src/realtime/event-stream.ts";

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

/** A connection whose other end does not read, and its response on this side. */
async function openUnread(): Promise<ServerResponse> {
  const server = createServer();
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.on("error", () => undefined).pause();
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  return response;
}

describe("a reader who does not read", () => {
  test("is cut off, and nothing is kept for them", async () => {
    const response = await openUnread();
    const stream = new EventStream(response, 100_000);
    stream.begin(1000);
    const text = "x".repeat(50_000);
    // More than what the system itself takes for a connection.
    for (let sent = 0; sent < 2000 && !stream.isOver; sent += 1) {
      stream.send("change", { text }, null);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(stream.isOver).toBe(true);
    expect(response.destroyed).toBe(true);
    stream.send("change", { text }, null);
    stream.beat("x");
    stream.end();
  });

  test("is not, as long as what waits is little", async () => {
    const stream = new EventStream(await openUnread(), 1_000_000);
    stream.begin(1000);
    stream.send("change", { text: "x".repeat(1000) }, "a");
    expect(stream.isOver).toBe(false);
  });
});
