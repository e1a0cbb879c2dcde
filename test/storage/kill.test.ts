import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLabel } from "../../src/desk/labels.ts";
import { Faults } from "../../src/domain/faults.ts";
import { updateAccount } from "../../src/storage/accounts.ts";
import { type Storage, openStorage } from "../../src/storage/open.ts";
import { ENGINE_MISSING, type TestDatabase, createTestDatabase } from "../support/test-storage.ts";
import { halfWritten } from "./crash-findings.ts";
import { type AckedTicket, type Target, type Written, ask, writeUntilGone } from "./crash-script.ts";
import { makeAccount } from "./storage-account.ts";

/** A hundred rounds prove it, a few keep it so. */
const ROUNDS = Number(process.env["CANTRIP_CRASH_ROUNDS"] ?? "5");
const CONNECTIONS = 4;

const bin = join(import.meta.dirname, "../../bin/cantrip");

describe.skipIf(ENGINE_MISSING !== null)("a server that is killed while it is written to", () => {
  let place: TestDatabase;
  let storage: Storage;
  let accountId: string;
  let target: Omit<Target, "url">;
  let server: ChildProcess | undefined;

  beforeAll(async () => {
    place = await createTestDatabase();
    storage = await openStorage(place);
    const { account, user, token } = await makeAccount(storage.db);
    accountId = account.id;
    const labels = await storage.db.transact(async (tx) => {
      await updateAccount(tx, accountId, { credits_per_minute: 0, requests_per_second: 0 });
      return [
        await createLabel(tx, accountId, { name: "one" }, new Faults()),
        await createLabel(tx, accountId, { name: "two" }, new Faults()),
        await createLabel(tx, accountId, { name: "three" }, new Faults()),
      ];
    });
    target = { token, userId: user.id, labels: labels.map(({ id }) => id) };
  });
  afterAll(async () => {
    server?.kill("SIGKILL");
    await storage.close();
    await place.remove();
  });

  /** Starts the real program; resolves with its address once it answers. */
  async function start(): Promise<string> {
    const child = spawn(process.execPath, [bin, "serve", "--port", "0", "--json"], {
      env: {
        PATH: process.env["PATH"],
        CANTRIP_DATA: place.data,
        CANTRIP_LOG_LEVEL: "error",
        ...(place.databaseUrl !== null && { DATABASE_URL: place.databaseUrl }),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    server = child;
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const lines = createInterface(child.stdout);
    const [line] = (await Promise.race([once(lines, "line"), once(child, "exit")])) as unknown[];
    if (typeof line !== "string") throw new Error(`the server did not start: ${errors}`);
    return (JSON.parse(line) as { listening: string }).listening;
  }

  async function kill(): Promise<void> {
    const exited = once(server as ChildProcess, "exit");
    server?.kill("SIGKILL");
    await exited;
  }

  test(
    `${ROUNDS} times, still has all that it acknowledged, whole, and nothing by halves`,
    async () => {
      const everything: AckedTicket[] = [];
      let acknowledged = 0;
      let settled = 0;
      let url = await start();
      for (let round = 1; round <= ROUNDS; round += 1) {
        const writing = Array.from({ length: CONNECTIONS }, async () => await writeUntilGone({ ...target, url }));
        await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 350));
        await kill();
        const written = await Promise.all(writing);
        url = await start();
        for (const each of written) {
          acknowledged += each.acknowledged;
          for (const ticket of each.tickets) await checkTicket(url, ticket);
          settled += await settle(url, each);
          everything.push(...each.tickets);
        }
        expect([round, await halfWritten(storage, place.data, accountId)]).toEqual([round, []]);
      }
      // What later crashes did to earlier rounds.
      for (const ticket of everything) await checkTicket(url, ticket);
      process.stderr.write(
        `${storage.db.engine}: ${ROUNDS} kills, ${acknowledged} acknowledged writes, ${everything.length} tickets, ` +
          `${settled} unanswered ones asked again\n`,
      );
      expect(acknowledged).toBeGreaterThan(ROUNDS);
    },
    ROUNDS * 20_000,
  );

  async function checkTicket(url: string, expected: AckedTicket): Promise<void> {
    const path = `/tickets/${expected.id}?embed=messages`;
    const ticket = (await (await ask({ ...target, url }, "GET", path)).json()) as {
      number: number;
      subject: string;
      state: string;
      label_ids: string[];
      messages: { body: string; direction?: string; attachments: { id: string }[] }[];
    };
    expect(ticket).toMatchObject({ number: expected.number, subject: expected.subject });
    const { unsure } = expected;
    expect([expected.state, unsure.state]).toContain(ticket.state);
    expect([expected.labels, unsure.labels]).toContainEqual(ticket.label_ids);
    const messages = [...expected.messages];
    // What was asked last happened whole or not at all; from now on it is known which.
    const unsureCame = unsure.message !== undefined && ticket.messages.length === messages.length + 1;
    if (unsure.message !== undefined && unsureCame) messages.push(unsure.message);
    expect(ticket.messages.map(({ body }) => body)).toEqual(messages.map(({ body }) => body));
    for (const [index, message] of messages.entries()) {
      const found = ticket.messages[index];
      expect(found?.direction === "out").toBe(message.outbound);
      expect(found?.attachments.map(({ id }) => id)).toEqual(message.files.map(({ id }) => id));
      for (const { id, bytes } of message.files) {
        const content = await ask({ ...target, url }, "GET", `/attachments/${id}/content`);
        expect(bytes.equals(Buffer.from(await content.arrayBuffer()))).toBe(true);
      }
    }
    const hits = (await (
      await ask({ ...target, url }, "GET", `/tickets?q=${expected.word}&fields=id`)
    ).json()) as object[];
    expect(hits).toEqual([{ id: expected.id }]);
    Object.assign(expected, { messages, labels: ticket.label_ids, state: ticket.state, unsure: {} });
  }

  /** Asks again, with the same key, for a ticket that got no answer: there is one of it, whether it was made before or now. */
  async function settle(url: string, { unanswered, tickets }: Written): Promise<number> {
    if (unanswered === null) return 0;
    const { key, body, subject } = unanswered;
    const again = await ask({ ...target, url }, "POST", "/tickets", body, key);
    expect(again.status).toBe(201);
    const { id, number } = (await again.json()) as { id: string; number: number };
    const word = subject.slice("About ".length);
    const hits = (await (
      await ask({ ...target, url }, "GET", `/tickets?q=${word}&fields=id,number`)
    ).json()) as object[];
    expect(hits).toEqual([{ id, number }]);
    expect(tickets.map((ticket) => ticket.id)).not.toContain(id);
    return 1;
  }
});
