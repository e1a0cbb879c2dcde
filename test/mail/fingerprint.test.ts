import { expect, test } from "vitest";
import { fingerprint } from "../../src/mail/fingerprint.ts";
import { parseFixture, parseText, readFixture } from "./fixture.ts";

test("a message has one fingerprint by whatever route and in whatever encoding it came", async () => {
  const one = await parseFixture("route-one.eml");
  const two = await parseFixture("route-two.eml");
  expect(fingerprint(two)).toBe(fingerprint(one));
  expect(fingerprint(one)).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  ["another sender", /Ada Lovelace/, "Eve Lovelace"],
  ["another date", /10:00:00 \+0100\r\nM/, "10:00:01 +0100\r\nM"],
  ["another subject", /K=C3=B6ln/, "Bonn"],
  ["another file", /1,2/, "1,3"],
  ["another file name", /a\.csv/, "b.csv"],
  ["another id", /same@/, "other@"],
])("%s is another message, also under one Message-ID", async (_what, from, to) => {
  const original = Buffer.from(readFixture("route-one.eml")).toString("latin1");
  const changed = original.replace(from, to);
  expect(changed).not.toBe(original);
  expect(fingerprint(await parseText(changed))).not.toBe(fingerprint(await parseText(original)));
});

test("without a Message-ID the same message is still the same, and another text is not", async () => {
  const text = Buffer.from(readFixture("no-message-id.eml")).toString();
  const twice = await parseText(`Received: by relay\n${text.replaceAll("\n", "\r\n")}`);
  expect(fingerprint(twice)).toBe(fingerprint(await parseText(text)));
  expect(fingerprint(await parseText(text.replace("body", "Body!")))).not.toBe(fingerprint(twice));
});
