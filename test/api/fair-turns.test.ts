import { once } from "node:events";
import { type Socket, connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FairTurns } from "../../src/api/fair-turns.ts";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE } from "../support/test-storage.ts";

const BUSY = 60;

describe("whose request is next", () => {
  let busy: TestDesk;
  let quiet: TestDesk;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    busy = await openDesk();
    quiet = await openDesk();
  });

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  const opened = async ({ server }: TestDesk): Promise<Socket> => {
    const socket = connect(server.port, "127.0.0.1");
    sockets.push(socket);
    // A server takes one new connection in each turn of its loop: this one is taken when it is answered.
    socket.write("GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n");
    await once(socket, "data");
    return socket;
  };

  let asked = 0;
  /** Each something else, that no answer which was kept is sent in no time. */
  const ask = (socket: Socket, { token }: TestDesk): void => {
    asked += 1;
    const head = `GET /api/v1/tickets?nth=${asked} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer ${token}`;
    socket.write(`${head}\r\n\r\n`);
  };

  // On PostgreSQL whose a token is comes from the database, and what is next is for the database to say.
  test("an account that asks for everything at once keeps itself waiting, not another", async (context) => {
    context.skip(ENGINE === "postgres", "the embedded database answers on the thread that takes turns");
    const many = await Promise.all(Array.from({ length: BUSY }, async () => await opened(busy)));
    const one = await opened(quiet);
    // Both are here.
    for (const desk of [quiet, busy]) expect((await desk.ask("GET", "/tickets")).status).toBe(200);

    const order: string[] = [];
    for (const socket of many) socket.once("data", () => order.push("busy"));
    one.once("data", () => order.push("quiet"));
    const answers = [...many, one].map(async (socket) => await once(socket, "data"));
    for (const socket of many) ask(socket, busy);
    ask(one, quiet);
    await Promise.all(answers);

    expect(order).toHaveLength(BUSY + 1);
    expect(order.indexOf("quiet")).toBeLessThan(BUSY / 2);
  });
});

describe("turns of accounts", () => {
  /** What takes the whole share of a turn. */
  const work = (): void => {
    const until = performance.now() + 2;
    while (performance.now() < until);
  };

  test("who is alone never waits", () => {
    const turns = new FairTurns();
    expect(turns.take("busy")).toBeUndefined();
    work();
    expect(turns.take("busy")).toBeUndefined();
  });

  test("who has had a share waits for the next turn, and everybody else has one", async () => {
    const turns = new FairTurns();
    expect(turns.take("quiet")).toBeUndefined();
    expect(turns.take("busy")).toBeUndefined();
    work();
    const wait = turns.take("busy");
    expect(wait).toBeInstanceOf(Promise);
    expect(turns.take("third")).toBeUndefined();
    await wait;
  });

  test("those that wait go on in their order, one of each account in a turn", async () => {
    const turns = new FairTurns();
    for (const each of ["one", "two", "one"]) expect(turns.take(each)).toBeUndefined();
    work();
    const order: string[] = [];
    const waits = ["one a", "one b", "two a", "two b"].map(async (name) => {
      await turns.take(name.slice(0, 3));
      order.push(name);
      work();
    });
    await Promise.all(waits);
    expect(order).toEqual(["one a", "two a", "one b", "two b"]);
  });
});
