import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { KEY_FILE, Unsealable, openVault } from "../../src/storage/secrets.ts";

describe("the vault", () => {
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), "cantrip-vault-"));
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  test("gives back what it sealed, and never seals twice alike", () => {
    const vault = openVault({ data, key: null });
    const [one, two] = [vault.seal("pässword"), vault.seal("pässword")];
    expect(one).not.toBe(two);
    expect([vault.unseal(one), vault.unseal(two), vault.unseal(vault.seal(""))]).toEqual(["pässword", "pässword", ""]);
    expect(one).not.toContain("ssword");
  });

  test("makes a key of its own when it is first needed, for its owner only, and keeps it", () => {
    openVault({ data, key: null });
    expect(() => statSync(join(data, KEY_FILE))).toThrow("ENOENT");
    const sealed = openVault({ data, key: null }).seal("x");
    expect(statSync(join(data, KEY_FILE)).mode & 0o777).toBe(0o600);
    const before = readFileSync(join(data, KEY_FILE), "utf8");
    expect(openVault({ data, key: null }).unseal(sealed)).toBe("x");
    expect(readFileSync(join(data, KEY_FILE), "utf8")).toBe(before);
  });

  test("uses the key that it is given, and no file", () => {
    const key = Buffer.alloc(32, 7);
    expect(openVault({ data, key }).unseal(openVault({ data: "/nowhere", key }).seal("x"))).toBe("x");
    expect(() => statSync(join(data, KEY_FILE))).toThrow("ENOENT");
  });

  test("opens nothing under another key, nothing that was changed, and nothing without a key", () => {
    const sealed = openVault({ data, key: Buffer.alloc(32, 7) }).seal("secret");
    const other = openVault({ data, key: Buffer.alloc(32, 8) });
    for (const text of [sealed, `${sealed.slice(0, -2)}AA`, "v2.a.b.c", "", "v1", "v1.AA.AA.AA"]) {
      expect(() => other.unseal(text)).toThrow(Unsealable);
    }
    expect(() => openVault({ data, key: null }).unseal(sealed)).toThrow(/no secret\.key/);
    writeFileSync(join(data, KEY_FILE), "short");
    expect(() => openVault({ data, key: null }).seal("x")).toThrow(Unsealable);
  });
});
