import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, expect, test } from "vitest";
import { type RunningMailServer, startMailServer } from "../../src/mail/smtp-server.ts";
import { connectSmtp } from "../support/smtp-client.ts";

const MEBIBYTE = 1024 * 1024;
const LIMIT = 20 * MEBIBYTE;

// What is held, and not what waits to be collected.
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

let server: RunningMailServer | undefined;
afterEach(async () => await server?.close());

test.each(["smtp", "lmtp"])("a message of 200 MiB by %s is refused with 552 and never held", async (protocol) => {
  const taken: number[] = [];
  server = await startMailServer<string>({
    lmtp: protocol === "lmtp",
    host: "127.0.0.1",
    port: 0,
    name: "desk.example",
    tls: null,
    messageBytes: LIMIT,
    findPlaces: async () => await Promise.resolve([{ key: "here", place: "here" }]),
    accept: async (_, raw) => await Promise.resolve(void taken.push(raw.byteLength)),
    onError: (error) => expect.unreachable(String(error)),
  });
  const client = await connectSmtp(server.port);
  const begin = async (): Promise<void> => {
    await client.say("MAIL FROM:<ruby@customer.example>");
    await client.say("RCPT TO:<help@desk.example>");
  };
  await client.say(`${protocol === "lmtp" ? "LHLO" : "EHLO"} client.example`);
  // One that says so is told at once.
  expect(await client.say(`MAIL FROM:<ruby@customer.example> SIZE=${200 * MEBIBYTE}`)).toMatch(/^552/);
  await begin();
  expect(await client.say("DATA")).toMatch(/^354/);
  const line = Buffer.from(`${"x".repeat(1022)}\r\n`);
  const chunk = Buffer.concat(Array.from({ length: 1024 }, () => line));
  collect();
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let sent = 0; sent < 200; sent += 1) {
    if (!client.socket.write(chunk)) await once(client.socket, "drain");
    if (sent % 10 !== 0) continue;
    collect();
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(await client.say("\r\n.")).toMatch(/^552/);
  expect(most).toBeLessThan(2 * LIMIT);
  // The connection is as good as new.
  await begin();
  expect((await client.data("Subject: small\r\n\r\nHello"))[0]).toMatch(/^250/);
  expect(taken).toHaveLength(1);
  client.close();
});
