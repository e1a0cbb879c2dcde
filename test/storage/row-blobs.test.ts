import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BlobStore } from "../../src/storage/blobs.ts";
import { hashBytes, removeUnreferencedBlob } from "../../src/storage/blobs.ts";
import { moveBlobs } from "../../src/storage/move-blobs.ts";
import { fitsRow, moveRowsOut, recordInRow } from "../../src/storage/row-blobs.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { makeAccount } from "./storage-account.ts";

describe.skipIf(ENGINE_MISSING !== null)("bytes of mail in their row", () => {
  let storage: TestStorage;
  let accountId: string;

  beforeAll(async () => {
    storage = await openTestStorage();
    accountId = (await makeAccount(storage.db)).account.id;
  });
  afterAll(async () => await storage.remove());

  const record = async (text: string, at = 1): Promise<string> => {
    const bytes = Buffer.from(text);
    const hash = hashBytes(bytes);
    await storage.db.transact(async (tx) => await recordInRow(tx, { accountId, hash, bytes, at }));
    return hash;
  };
  const read = async (blobs: BlobStore, hash: string): Promise<string> =>
    (await buffer(await blobs.read(accountId, hash))).toString();

  test("are read like any other, byte for byte, and no file is made of them", async () => {
    const text = "From: ruby@example.com\r\n\r\n\u0000\u00ff Hello";
    const hash = await record(text);
    expect(await read(storage.blobs, hash)).toBe(text);
    expect(await storage.files.has(accountId, hash)).toBe(false);
    expect([64 * 1024, 64 * 1024 + 1].map((size) => fitsRow(Buffer.alloc(size)))).toEqual([true, false]);
  });

  test("may be recorded again, and are not gone with a transaction that fails", async () => {
    const hash = await record("twice");
    await record("twice", 2);
    expect(await read(storage.blobs, hash)).toBe("twice");
    const bytes = Buffer.from("never");
    const failing = storage.db.transact(async (tx) => {
      await recordInRow(tx, { accountId, hash: hashBytes(bytes), bytes, at: 1 });
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await expect(storage.blobs.read(accountId, hashBytes(bytes))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("are still read from a file where an older version put them", async () => {
    const bytes = Buffer.from("an older mail");
    const hash = hashBytes(bytes);
    await storage.blobs.put(accountId, hash, bytes);
    expect(await read(storage.blobs, hash)).toBe("an older mail");
  });

  test("go with their row when nothing refers to them any more", async () => {
    const hash = await record("unused");
    await storage.db.transact(async (tx) => await removeUnreferencedBlob(tx, storage.files, accountId, hash));
    await expect(storage.blobs.read(accountId, hash)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("move out into a store when they are old enough, and none is missing to a move between stores", async () => {
    const [old, young] = [await record("old", 10), await record("young", 20)];
    expect(await moveRowsOut(storage.db, storage.files, 20)).toBeGreaterThan(0);
    expect(await storage.files.has(accountId, old)).toBe(true);
    expect(await storage.files.has(accountId, young)).toBe(false);
    expect([await read(storage.blobs, old), await read(storage.blobs, young)]).toEqual(["old", "young"]);
    const { missing } = await moveBlobs(storage.db, { from: storage.files, to: storage.files });
    expect(missing).toEqual([]);
  });
});
