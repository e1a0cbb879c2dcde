import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPrivateAddress, resolveSafely } from "../../src/mail/host-guard.ts";

const PRIVATE = [
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::7f00:1",
  "fe80::1",
  "fe80::1%eth0",
  "fc00::1",
  "fd12:3456::1",
  "fec0::1",
  "ff02::1",
  "::ffff:127.0.0.1",
  "::ffff:a00:1",
  "64:ff9b::10.0.0.1",
  "64:ff9b:1::1",
  "2002:7f00:1::",
  "2001:db8::1",
];

const PUBLIC = [
  "1.1.1.1",
  "8.8.8.8",
  "172.15.0.1",
  "172.32.0.1",
  "100.128.0.1",
  "2606:4700::1111",
  "::ffff:8.8.8.8",
  "64:ff9b::8.8.8.8",
];

describe("the host guard", () => {
  test.each(PRIVATE)("refuses %s, however it is written", async (address) => {
    expect(isPrivateAddress(address)).toBe(true);
    if (address.includes("%")) return;
    await expect(resolveSafely(address, { allowPrivate: false })).rejects.toMatchObject({
      code: "host_refused",
      retryable: false,
    });
    await expect(resolveSafely(`[${address}]`, { allowPrivate: [] })).rejects.toMatchObject({ code: "host_refused" });
  });

  test.each(PUBLIC)("lets %s be", async (address) => {
    expect(await resolveSafely(address, { allowPrivate: false })).toEqual({
      address,
      family: address.includes(":") ? 6 : 4,
    });
  });

  test.each(["localhost", "LOCALHOST", "127.1", "0x7f.1", "2130706433", "0"])(
    "refuses %s, which the system reads as this machine",
    async (host) => {
      await expect(resolveSafely(host, { allowPrivate: false })).rejects.toMatchObject({
        code: expect.stringMatching(/^host_(refused|unknown)$/),
      });
    },
  );

  test("allows what the operator allows, by name or by address, and nothing else", async () => {
    expect((await resolveSafely("localhost", { allowPrivate: ["Localhost"] })).address).toMatch(/^(127\.0\.0\.1|::1)$/);
    expect(await resolveSafely("127.0.0.1", { allowPrivate: ["10.0.0.1", "127.0.0.1"] })).toEqual({
      address: "127.0.0.1",
      family: 4,
    });
    await expect(resolveSafely("127.0.0.1", { allowPrivate: ["127.0.0.2"] })).rejects.toMatchObject({
      code: "host_refused",
    });
    expect(await resolveSafely("[::1]", { allowPrivate: true })).toEqual({ address: "::1", family: 6 });
  });

  test.each([
    ["a private address behind a public one", ["8.8.8.8", "10.0.0.5"]],
    ["a private address before a public one", ["169.254.169.254", "8.8.8.8"]],
    ["one of IPv6 behind one of IPv4", ["8.8.8.8", "::1"]],
    ["a mapped one", ["2606:4700::1111", "::ffff:192.168.0.1"]],
    ["one behind NAT64", ["8.8.8.8", "64:ff9b::7f00:1"]],
  ])("refuses a name that leads to %s", async (_, addresses) => {
    const several = async () => addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    await expect(resolveSafely("mail.example.com", { allowPrivate: [] }, several)).rejects.toMatchObject({
      code: "host_refused",
      retryable: false,
    });
  });

  test("asks once for a name, and gives one of its public addresses to connect to", async () => {
    let asked = 0;
    const rebinding = async () => {
      asked += 1;
      return [{ address: asked === 1 ? "8.8.8.8" : "127.0.0.1", family: 4 }];
    };
    const found = await resolveSafely("mail.example.com", { allowPrivate: false }, rebinding);
    expect([found, asked]).toEqual([{ address: "8.8.8.8", family: 4 }, 1]);
  });

  test("tells an unknown host as something that may be mended", async () => {
    await expect(resolveSafely("nowhere.invalid", { allowPrivate: true })).rejects.toMatchObject({
      code: "host_unknown",
      retryable: true,
    });
  });

  test("knows every address of this machine's network, and what it cannot read is refused", () => {
    fc.assert(
      fc.property(fc.nat(255), fc.nat(255), fc.nat(255), (a, b, c) => {
        for (const address of [`127.${a}.${b}.${c}`, `10.${a}.${b}.${c}`, `192.168.${a}.${b}`]) {
          expect([
            isPrivateAddress(address),
            isPrivateAddress(`::ffff:${address}`),
            isPrivateAddress(`64:ff9b::${address}`),
          ]).toEqual([true, true, true]);
        }
      }),
    );
    expect(isPrivateAddress("not an address")).toBe(true);
  });
});
