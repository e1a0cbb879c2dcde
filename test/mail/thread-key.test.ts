import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newId } from "../../src/domain/ids.ts";
import { keysIn, makeThreadKey, plusAddress, readThreadKey } from "../../src/mail/thread-key.ts";
import { parseText } from "./fixture.ts";

const secret = Buffer.alloc(32, 7);
const other = Buffer.alloc(32, 8);
const [accountId, ticketId, messageId] = [newId(), newId(), newId()];
const full = makeThreadKey(secret, accountId, ticketId, messageId);
const short = makeThreadKey(secret, accountId, ticketId, null);

describe("a thread key", () => {
  test("is short, and only lower-case letters and digits", () => {
    expect(full).toMatch(/^[a-z0-9]{75}$/);
    expect(short).toMatch(/^[a-z0-9]{37}$/);
  });

  test("names the account, ticket and message, or only the ticket", () => {
    expect(readThreadKey([secret], full)).toEqual({ accountId, ticketId, messageId });
    expect(readThreadKey([secret], short)).toEqual({ ticketId });
  });

  test.each([
    `<cantrip.${full}@desk.example>`,
    `cantrip.${full}@desk.example`,
    `<CANTRIP.${full.toUpperCase()}@DESK.EXAMPLE>`,
    `"cantrip.${full}"@desk.example`,
    `&lt;cantrip.${full}@desk.example&gt;`,
    `prefix <cantrip.k${"a".repeat(74)}@x> <cantrip.${full}@desk.example>`,
  ])("is read in %s", (text) => {
    expect(readThreadKey([secret], text)).toEqual({ accountId, ticketId, messageId });
  });

  test("is read with an older secret, and not with a stranger's", () => {
    expect(readThreadKey([other, secret], full)?.ticketId).toBe(ticketId);
    expect(readThreadKey([other], full)).toBeNull();
    expect(readThreadKey([], full)).toBeNull();
  });

  test("that is altered in any one character, cut or grown is no key", () => {
    for (const key of [full, short]) {
      for (let i = 0; i < key.length; i++) {
        for (const char of "abcdefghijklmnopqrstuvwxyz234567") {
          const altered = key.slice(0, i) + char + key.slice(i + 1);
          if (altered !== key) expect(readThreadKey([secret], altered)).toBeNull();
        }
      }
      expect(readThreadKey([secret], key.slice(0, -1))).toBeNull();
      expect(readThreadKey([secret], `${key}a`)).toBeNull();
      expect(readThreadKey([secret], `a${key}`)).toBeNull();
    }
  });

  test("made up at random is null, whatever the text", () => {
    const forged = fc.stringMatching(/^k[a-z2-7]{74}$/);
    fc.assert(fc.property(fc.oneof(forged, fc.string()), (text) => readThreadKey([secret], text) === null));
  });

  test("of two messages, or of the two forms, has nothing that can be put together", () => {
    const second = makeThreadKey(secret, accountId, newId(), messageId);
    expect(readThreadKey([secret], full.slice(0, 40) + second.slice(40))).toBeNull();
    expect(() => makeThreadKey(secret, "1", ticketId, messageId)).toThrow(TypeError);
  });
});

describe("a plus address", () => {
  test("holds a ticket's key and gives it back in any case", () => {
    const address = plusAddress("Help@desk.example", short);
    expect(address).toBe(`Help+${short}@desk.example`);
    expect(readThreadKey([secret], address.toUpperCase())).toEqual({ ticketId });
    expect(readThreadKey([secret], plusAddress("help+eu@desk.example", short))).toEqual({ ticketId });
  });

  test("stays as it was where there is no room, so that mail can still be answered", () => {
    const long = `${"a".repeat(30)}@desk.example`;
    expect([plusAddress(long, short), plusAddress('"a b"@x.example', short), plusAddress("none", short)]).toEqual([
      long,
      '"a b"@x.example',
      "none",
    ]);
  });
});

test("keys are looked for in what is answered, then in the thread, then in the addresses, each once", async () => {
  const keys = Array.from({ length: 6 }, () => makeThreadKey(secret, accountId, newId(), newId()));
  const [a, b, c, d, e, f] = keys;
  const parsed = await parseText(
    `From: ada@example.org\nTo: help+${e}@desk.example\nCc: x@y.example, <help+${f}@desk.example>\n` +
      `X-Original-To: HELP+${d?.toUpperCase()}@desk.example\nDelivered-To: inbox@desk.example\n` +
      `References: <root@x> <cantrip.${c}@desk.example> <cantrip.${b}@desk.example> <cantrip.${a}@desk.example>\n` +
      `In-Reply-To: <cantrip.${a}@desk.example>\n\nHi\n`,
  );
  expect(keysIn(parsed)).toEqual(keys);
  expect(keysIn(await parseText("From: a@b.example\n\nHi\n"))).toEqual([]);
});
