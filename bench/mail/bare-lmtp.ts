// The ceiling of the protocol: our LMTP server, which takes every message whole and does nothing with it.
import { startMailServer } from "../../src/mail/smtp-server.ts";

const server = await startMailServer<string>({
  lmtp: true,
  host: "127.0.0.1",
  port: 0,
  name: "bench.example",
  tls: null,
  messageBytes: 1024 * 1024,
  findPlaces: async () => await Promise.resolve([{ key: "here", place: "here" }]),
  accept: async () => {
    await Promise.resolve();
  },
  onError: (error) => process.stderr.write(`${String(error)}\n`),
});
process.stdout.write(`${JSON.stringify({ listening: server.port })}\n`);
process.on("SIGTERM", () => process.exit(0));
