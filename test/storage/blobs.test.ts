import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAttachment } from "../../src/desk/create-attachment.ts";
import { sweepAttachments } from "../../src/desk/sweep-attachments.ts";
import { Faults } from "../../src/domain/faults.ts";
import { DAY, now, setClock } from "../../src/domain/time.ts";
import { findAttachment } from "../../src/storage/attachments.ts";
import {
  type BlobStore,
  hashBytes,
  openBlobFolder,
  recordBlob,
  removeUnreferencedBlob,
} from "../../src/storage/blobs.ts";
import type { AttachmentRow } from "../../src/storage/schema.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { makeAccount } from "./storage-account.ts";

describe("a folder of blobs", () => {
  let folder: string;
  let store: BlobStore;
  const bytes = Buffer.from("the bytes of a file");
  const hash = hashBytes(bytes);
  const place = (account: string): string => join(folder, account, hash.slice(0, 2));
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

  beforeAll(() => {
    folder = join(mkdtempSync(join(tmpdir(), "cantrip-test-")), "attachments");
    store = openBlobFolder(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("gives back what it was given, and to its account only", async () => {
    await store.put("a", hash, bytes);
    expect(await store.has("a", hash)).toBe(true);
    expect(await buffer(await store.read("a", hash))).toEqual(bytes);
    expect(await store.has("b", hash)).toBe(false);
    await expect(store.read("b", hash)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("is for its owner only", async () => {
    const mask = process.umask(0);
    await store.put("modes", hash, bytes);
    process.umask(mask);
    expect([folder, join(folder, "modes"), place("modes")].map(modeOf)).toEqual(["700", "700", "700"]);
    expect(modeOf(join(place("modes"), hash))).toBe("600");
  });

  test("holds the same bytes once, however often and however many put them", async () => {
    await Promise.all(Array.from({ length: 20 }, async () => await store.put("same", hash, bytes)));
    const before = statSync(join(place("same"), hash)).mtimeMs;
    await store.put("same", hash, bytes);
    expect(readdirSync(place("same"))).toEqual([hash]);
    expect(statSync(join(place("same"), hash)).mtimeMs).toBe(before);
  });

  test("takes an empty file and a large one", async () => {
    const empty = Buffer.alloc(0);
    const large = Buffer.alloc(5_000_000, "x");
    for (const each of [empty, large]) {
      await store.put("sizes", hashBytes(each), each);
      expect((await buffer(await store.read("sizes", hashBytes(each)))).equals(each)).toBe(true);
    }
  });

  test("takes no half-written file of a crash for the whole", async () => {
    mkdirSync(place("crash"), { recursive: true });
    writeFileSync(join(place("crash"), `${hash}.0b54e8e2.tmp`), bytes.subarray(0, 5));
    expect(await store.has("crash", hash)).toBe(false);
    await expect(store.read("crash", hash)).rejects.toMatchObject({ code: "ENOENT" });
    await store.put("crash", hash, bytes);
    expect(await buffer(await store.read("crash", hash))).toEqual(bytes);
  });

  test("leaves nothing half-written behind when it cannot write", async () => {
    writeFileSync(join(folder, "file"), "no folder");
    await expect(store.put("file", hash, bytes)).rejects.toMatchObject({ code: "ENOTDIR" });
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("forgets what is removed, and removing it again is no error", async () => {
    await store.put("gone", hash, bytes);
    await store.remove("gone", hash);
    await store.remove("gone", hash);
    expect(await store.has("gone", hash)).toBe(false);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("blobs and their rows", () => {
  let storage: TestStorage;
  let accountId: string;
  beforeAll(async () => {
    storage = await openTestStorage();
    accountId = (await makeAccount(storage.db)).account.id;
  });
  afterAll(async () => {
    setClock();
    await storage.remove();
  });

  const upload = async (bytes: Buffer): Promise<AttachmentRow> =>
    await storage.db.transact(
      async (tx) =>
        await createAttachment(
          tx,
          storage.blobs,
          accountId,
          { name: "a", type: "text/plain", bytes, hash: hashBytes(bytes) },
          new Faults(),
        ),
    );
  const isRecorded = async (hash: string): Promise<boolean> =>
    (await storage.db.query
      .selectFrom("blobs")
      .select("hash")
      .where("account_id", "=", accountId)
      .where("hash", "=", hash)
      .executeTakeFirst()) !== undefined;

  test("the bytes are there before the row that names them is", async () => {
    const bytes = Buffer.from("before the row");
    const hash = hashBytes(bytes);
    let thereAtCommit: boolean | undefined;
    await storage.db.transact(async (tx) => {
      await recordBlob(tx, storage.blobs, { accountId, hash, bytes, at: now() });
      thereAtCommit = await storage.blobs.has(accountId, hash);
    });
    expect(thereAtCommit).toBe(true);
    expect(await isRecorded(hash)).toBe(true);
  });

  test("what something refers to is not removed; what nothing does is, row and bytes", async () => {
    const bytes = Buffer.from("referred to");
    const { id, hash } = await upload(bytes);
    await storage.db.transact(async (tx) => await removeUnreferencedBlob(tx, storage.blobs, accountId, hash));
    expect([await isRecorded(hash), await storage.blobs.has(accountId, hash)]).toEqual([true, true]);
    await storage.db.transact(async (tx) => {
      await tx.query.deleteFrom("attachments").where("account_id", "=", accountId).where("id", "=", id).execute();
      await removeUnreferencedBlob(tx, storage.blobs, accountId, hash);
    });
    expect([await isRecorded(hash), await storage.blobs.has(accountId, hash)]).toEqual([false, false]);
  });

  test("an upload that nobody used within a day is swept, and its bytes unless another has the same", async () => {
    const start = now();
    setClock(() => start - 2 * DAY);
    const alone = await upload(Buffer.from("alone"));
    const shared = await upload(Buffer.from("shared"));
    setClock();
    const young = await upload(Buffer.from("shared"));
    expect(await sweepAttachments(storage.db, storage.blobs)).toBe(2);
    expect(await findAttachment(storage.db, accountId, alone.id)).toBeUndefined();
    expect(await findAttachment(storage.db, accountId, shared.id)).toBeUndefined();
    expect(await findAttachment(storage.db, accountId, young.id)).toBeDefined();
    expect(await storage.blobs.has(accountId, alone.hash)).toBe(false);
    expect(await storage.blobs.has(accountId, young.hash)).toBe(true);
  });

  test("a sweep that races uploads of the same bytes never takes what one of them refers to", async () => {
    // Slow to remove, so that uploads arrive in the middle of it.
    const slow: BlobStore = {
      ...storage.blobs,
      remove: async (...blob) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        await storage.blobs.remove(...blob);
      },
    };
    for (let round = 0; round < 60; round += 1) {
      const bytes = Buffer.from(`raced for ${round % 3}`);
      const hash = hashBytes(bytes);
      const sweeping = async (): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
        await storage.db.transact(async (tx) => await removeUnreferencedBlob(tx, slow, accountId, hash));
      };
      const uploading = async (): Promise<AttachmentRow> => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
        return await upload(bytes);
      };
      const [, first, , second] = await Promise.all([sweeping(), uploading(), sweeping(), uploading()]);
      for (const { id } of [first, second]) {
        expect(await findAttachment(storage.db, accountId, id)).toBeDefined();
        expect((await buffer(await storage.blobs.read(accountId, hash))).equals(bytes)).toBe(true);
        await storage.db.transact(
          async (tx) =>
            await tx.query.deleteFrom("attachments").where("account_id", "=", accountId).where("id", "=", id).execute(),
        );
      }
    }
  });
});
