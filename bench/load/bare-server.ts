// The ceiling: a `node:http` server that sends what another one answered, and does nothing else. Reads a file of `Recorded`.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Recorded } from "./recorded.ts";

const recorded = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Recorded[];
const answers = new Map(recorded.map((each) => [each.path, each]));

const server = createServer((request, response) => {
  const answer = answers.get(request.url ?? "");
  if (answer === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(answer.status, answer.headers).end(answer.body);
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ listening: `http://127.0.0.1:${port}` })}\n`);
});
process.on("SIGTERM", () => process.exit(0));
