import { describe, expect, test } from "vitest";
import { senderOf } from "../../src/mail/sender.ts";
import { parseFixture, parseText } from "./fixture.ts";

describe("addresses", () => {
  test("groups are flattened, comments, routes and obsolete blanks removed", async () => {
    const parsed = await parseFixture("address-groups.eml");
    expect(parsed.from).toEqual({ name: "The Postmaster", address: "root@example.com" });
    expect(parsed.to).toEqual([
      { name: "Ada", address: "ada@example.com" },
      { name: "", address: "bob@example.com" },
    ]);
    expect(parsed.cc).toEqual([
      { name: "Pete", address: "pete@silly.test" },
      { name: 'Giant; "Big" Box', address: "box@example.net" },
      { name: "Mary", address: "mary@example.net" },
      { name: "", address: "jdoe@test.example" },
    ]);
  });

  test.each([
    ["Joe <joe@example.com", "Joe", "joe@example.com"],
    ['"Joe, Bloggs <joe@example.com>', "Bloggs", "joe@example.com"],
    ["<<joe@example.com>>", "", "joe@example.com"],
    ["=?utf-8?q?Bloggs=2C_Joe?= <joe@example.com>", "Bloggs, Joe", "joe@example.com"],
    ['"=?utf-8?q?J=C3=B6?=" <joe@example.com>', "Jö", "joe@example.com"],
    ["mailto:joe@example.com", "", "joe@example.com"],
    ["<mailto:joe@example.com>", "", "joe@example.com"],
    ["joe@[192.0.2.1]", "", "joe@[192.0.2.1]"],
    ['"joe smith"@example.com', "", '"joe smith"@example.com'],
    ["Joe [joe@example.com]", "Joe", "joe@example.com"],
  ])("From: %s", async (from, name, address) => {
    expect((await parseText(`From: ${from}\n\nhi`)).from).toEqual({ name, address });
  });

  test("two addresses without a comma are two", async () => {
    const parsed = await parseText("From: a@x.example b@y.example\n\nhi");
    expect(parsed.authors.map((author) => author.address)).toEqual(["a@x.example", "b@y.example"]);
  });
});

describe("the sender", () => {
  test("is read from a From without brackets", async () => {
    expect(senderOf(await parseFixture("from-broken.eml"))).toEqual({ name: "Big Bug", address: "bb@bug.example" });
  });

  test("without any address is the name in From, never Reply-To", async () => {
    expect(senderOf(await parseFixture("from-without-address.eml"))).toEqual({
      name: "The Fax Machine",
      address: null,
    });
  });

  test("is Sender where From has no address", async () => {
    expect(senderOf(await parseFixture("from-sender-only.eml"))).toEqual({ name: "Sam", address: "sam@example.com" });
  });

  test("is Return-Path where there is neither, and the address stands for the name", async () => {
    const address = "robot@example.com";
    expect(senderOf(await parseFixture("from-missing.eml"))).toEqual({ name: address, address });
  });

  test("is unknown where nothing names one", async () => {
    expect(senderOf(await parseFixture("no-header.eml"))).toEqual({ name: "Unknown sender", address: null });
  });
});
