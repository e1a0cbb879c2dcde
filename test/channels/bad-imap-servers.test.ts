import { afterEach, describe, expect, test } from "vitest";
import { type ScriptedImap, sendText, startScriptedImap } from "../support/scripted-imap.ts";
import { ENGINE_MISSING, sharedStorage } from "../support/test-storage.ts";
import { type MailDesk, QUICK, letter, letters, openMailDesk } from "./mail-desk.ts";

describe.skipIf(ENGINE_MISSING !== null)("a mailbox on a server that misbehaves", () => {
  let started: ScriptedImap | undefined;
  afterEach(async () => await started?.close());

  const start = async (
    bodies: readonly (string | Buffer)[],
  ): Promise<{ desk: MailDesk; server: ScriptedImap; id: string }> => {
    const server = (started = await startScriptedImap(bodies));
    const desk = await openMailDesk(await sharedStorage(), { ...QUICK, silence: 800, message: 1600 });
    const { id } = await desk.add(server.port);
    return { desk, server, id };
  };

  test("that drops the connection in the middle of a message is asked again", async () => {
    const { desk, server, id } = await start(letters(5));
    let drops = 2;
    server.fault = ({ uid, raw, socket }) => {
      if (uid !== 3 || drops === 0) return "honest";
      drops -= 1;
      socket.write(`* 3 FETCH (UID 3 BODY[] {${raw.byteLength}}\r\n`);
      socket.write(raw.subarray(0, 40), () => socket.destroy());
      return "handled";
    };
    expect(await desk.fetch(id)).toBe(null);
    expect(await desk.bodies()).toEqual([1, 2, 3, 4, 5].map((n) => `letter ${n}`));
  });

  test("that can never give one message has it passed over, with the reason, and the others arrive", async () => {
    const { desk, server, id } = await start(letters(5));
    server.fault = ({ uid, socket }) => {
      if (uid !== 3) return "honest";
      socket.destroy();
      return "handled";
    };
    expect(await desk.fetch(id)).toBe(null);
    expect(await desk.bodies()).toEqual([1, 2, 4, 5].map((n) => `letter ${n}`));
    const ledger = await desk.ledger();
    expect(ledger.map(({ uid, outcome }) => [uid, outcome])).toEqual([
      [1, "ticket"],
      [2, "ticket"],
      [3, "quarantine"],
      [4, "ticket"],
      [5, "ticket"],
    ]);
    expect(ledger[2]?.reason).toMatch(/UID 3 could not be fetched/);
    // Another fetch does not try it for ever.
    server.said = [];
    await desk.fetch(id);
    expect(server.said.filter((line) => line.includes("FETCH"))).toEqual([]);
  });

  test("that can give no message at all loses none: they arrive when it is well", async () => {
    const { desk, server, id } = await start(letters(3));
    server.fault = ({ socket }) => {
      socket.destroy();
      return "handled";
    };
    for (let round = 0; round < 3; round += 1) expect((await desk.fetch(id))?.message).toMatch(/could not be fetched/);
    expect(await desk.ledger()).toEqual([]);
    server.fault = null;
    expect(await desk.fetch(id)).toBe(null);
    expect(await desk.bodies()).toEqual(["letter 1", "letter 2", "letter 3"]);
  });

  test.each([
    ["too long", 500],
    ["too short", -60],
  ])("that announces a length which is %s never gives half a message as a whole one", async (_, error) => {
    const { desk, server, id } = await start(letters(4));
    server.fault = ({ uid, raw, socket }) => {
      if (uid !== 2) return "honest";
      sendText(socket, 2, uid, raw, raw.byteLength + error);
      return "handled";
    };
    expect(await desk.fetch(id)).toBe(null);
    expect(await desk.bodies()).toEqual(["letter 1", "letter 3", "letter 4"]);
    expect((await desk.ledger())[1]).toMatchObject({ uid: 2, outcome: "quarantine" });
  });

  test("that loses a message while it is fetched gives the others", async () => {
    const { desk, server, id } = await start(letters(4));
    server.fault = ({ uid }) => {
      if (uid !== 2) return "honest";
      server.messages.delete(3);
      server.messages.delete(2);
      return "handled";
    };
    expect(await desk.fetch(id)).toBe(null);
    expect(await desk.bodies()).toEqual(["letter 1", "letter 4"]);
  });

  test("that answers out of order has its messages taken in order", async () => {
    const { desk, server, id } = await start(letters(3));
    const held: (() => void)[] = [];
    server.fault = ({ uid, raw, socket }) => {
      if (uid < 3) {
        held.push(() => sendText(socket, uid, uid, raw));
        return "handled";
      }
      sendText(socket, uid, uid, raw);
      for (const send of held.toReversed()) send();
      return "handled";
    };
    expect(await desk.fetch(id)).toBe(null);
    expect(await desk.bodies()).toEqual(["letter 1", "letter 2", "letter 3"]);
  });

  test("that changes the UIDVALIDITY has its mail read again, and nothing is doubled", async () => {
    const { desk, server, id } = await start(letters(3));
    await desk.fetch(id);
    server.uidValidity += 1;
    server.messages = new Map([...server.messages].map(([uid, raw]) => [uid + 100, raw]));
    expect(await desk.fetch(id)).toBe(null);
    expect(await desk.bodies()).toHaveLength(3);
    expect((await desk.mailbox(id)).last_uid).toBe(103);
  });

  test("that gives 8-bit rubbish has it kept byte by byte", async () => {
    const rubbish = Buffer.from([...Array(256).keys(), ...Array(256).keys()]);
    const { desk, id } = await start([rubbish, letter("after the rubbish")]);
    expect(await desk.fetch(id)).toBe(null);
    const [first, second] = await desk.ledger();
    expect(first).toMatchObject({ uid: 1, size: 512 });
    expect(second).toMatchObject({ uid: 2, outcome: "ticket" });
  });

  test("that trickles or says nothing is given up, and tried later", async () => {
    const { desk, server, id } = await start(letters(1));
    server.fault = ({ raw, socket }) => {
      socket.write(`* 1 FETCH (UID 1 BODY[] {${raw.byteLength}}\r\n`);
      const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write("x")), 50);
      return "handled";
    };
    expect((await desk.fetch(id))?.message).toMatch(/could not be fetched/);
    server.fault = null;
    server.silent = true;
    expect((await desk.fetch(id))?.message).toMatch(/no connection/);
    server.silent = false;
    expect(await desk.fetch(id)).toBe(null);
    expect(await desk.bodies()).toEqual(["letter 1"]);
  });

  test("that lies about a size which no memory holds is cut off, and the others arrive", async () => {
    const { desk, server, id } = await start(letters(3));
    server.fault = ({ uid, socket }) => {
      if (uid !== 2) return "honest";
      socket.write(`* 2 FETCH (UID 2 BODY[] {99999999999}\r\n`);
      return "handled";
    };
    expect(await desk.fetch(id)).toBe(null);
    expect(await desk.bodies()).toEqual(["letter 1", "letter 3"]);
  });

  test("that has a message of 200 MiB is not asked for it: it is put aside with the reason, and the others arrive", async () => {
    const { desk, server, id } = await start([letter("letter 1"), Buffer.alloc(200 * 1024 * 1024), letter("letter 3")]);
    const asked: number[] = [];
    server.fault = ({ uid }) => {
      asked.push(uid);
      return "honest";
    };
    expect(await desk.fetch(id)).toBe(null);
    expect(asked).toEqual([1, 3]);
    expect(await desk.bodies()).toEqual(["letter 1", "letter 3"]);
    expect((await desk.ledger())[1]).toMatchObject({
      uid: 2,
      outcome: "quarantine",
      reason: expect.stringContaining("209715200 bytes"),
    });
  });

  test("that is down costs nothing but time: each failure doubles the pause, up to half an hour", async () => {
    const { desk, server, id } = await start(letters(1));
    server.down = true;
    const pauses: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      const before = Date.now();
      expect((await desk.fetch(id))?.message).toMatch(/no connection/);
      pauses.push(Math.round(((await desk.mailbox(id)).next_try_at - before) / 60_000));
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 30, 30]);
    server.down = false;
    expect(await desk.fetch(id)).toBe(null);
    expect(await desk.mailbox(id)).toMatchObject({ error_count: 0, last_error: null });
  });
});
