import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type BlobStore, hashBytes, openBlobFolder, recordBlob } from "../../src/storage/blobs.ts";
import { moveBlobs } from "../../src/storage/move-blobs.ts";
import { openS3Blobs } from "../../src/storage/s3-blobs.ts";
import { isStorageFailure } from "../../src/storage/storage-failures.ts";
import { withFallback } from "../../src/storage/two-blob-stores.ts";
import { S3_KEYS, type ScriptedS3, startScriptedS3 } from "../support/scripted-s3.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { makeAccount } from "./storage-account.ts";

const bytes = Buffer.from("the bytes of a file");
const hash = hashBytes(bytes);

let s3: ScriptedS3;
let store: BlobStore;
let folder: string;

beforeAll(async () => {
  s3 = await startScriptedS3();
  store = open();
  folder = mkdtempSync(join(tmpdir(), "cantrip-test-"));
});
afterEach(() => {
  s3.act = () => undefined;
  s3.asked.length = 0;
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await s3.close();
});

function open(more: { bucket?: string; silence?: number; credentials?: typeof S3_KEYS } = {}): BlobStore {
  const settings = { bucket: "attachments", region: "eu-1", prefix: "desk/", credentials: S3_KEYS };
  return openS3Blobs({ ...settings, endpoint: s3.url, ...more });
}

/** What became of it: its error's name, and whether that is one of the storage. */
const failureOf = async (work: Promise<unknown>): Promise<[string, boolean]> =>
  await work.then(
    () => ["none", false],
    (error: Error) => [error.name, isStorageFailure(error)],
  );
const UNAVAILABLE = ["BlobsUnavailable", true];

describe("a bucket of blobs", () => {
  test("gives back what it was given, and to its account only", async () => {
    await store.put("a", hash, bytes);
    expect([...s3.objects.keys()]).toEqual([`attachments/desk/a/${hash.slice(0, 2)}/${hash}`]);
    expect(await store.has("a", hash)).toBe(true);
    expect(await buffer(await store.read("a", hash))).toEqual(bytes);
    expect(await store.has("b", hash)).toBe(false);
    await expect(store.read("b", hash)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("is not given again what it has", async () => {
    await store.put("same", hash, bytes);
    await store.put("same", hash, bytes);
    expect(s3.asked.filter((each) => each.startsWith("PUT"))).toHaveLength(1);
  });

  test("takes an empty file and a large one", async () => {
    for (const each of [Buffer.alloc(0), randomBytes(6_000_000)]) {
      await store.put("sizes", hashBytes(each), each);
      expect((await buffer(await store.read("sizes", hashBytes(each)))).equals(each)).toBe(true);
    }
  });

  test("forgets what is removed, and removing it again is no error", async () => {
    await store.put("gone", hash, bytes);
    await store.remove("gone", hash);
    await store.remove("gone", hash);
    expect(await store.has("gone", hash)).toBe(false);
  });

  test("is asked again when it fails once, and is unavailable when it goes on", async () => {
    let failures = 1;
    s3.act = () => ((failures -= 1) >= 0 ? "fail" : undefined);
    await store.put("again", hash, bytes);
    expect(await store.has("again", hash)).toBe(true);
    s3.act = () => "fail";
    expect(await failureOf(store.put("other", hash, bytes))).toEqual(UNAVAILABLE);
    expect(await failureOf(store.has("again", hash))).toEqual(UNAVAILABLE);
    expect(await failureOf(store.read("again", hash))).toEqual(UNAVAILABLE);
    expect(await failureOf(store.remove("again", hash))).toEqual(UNAVAILABLE);
  });

  test("is unavailable when it says nothing, refuses the key, or has no such bucket", async () => {
    s3.act = () => "hang";
    expect(await failureOf(open({ silence: 150 }).read("a", hash))).toEqual(UNAVAILABLE);
    s3.act = () => undefined;
    expect(
      await failureOf(open({ credentials: { accessKeyId: "wrong", secretAccessKey: "wrong" } }).read("a", hash)),
    ).toEqual(UNAVAILABLE);
    expect(await failureOf(open({ bucket: "nowhere" }).read("a", hash))).toEqual(UNAVAILABLE);
    expect(
      await failureOf(
        openS3Blobs({
          bucket: "x-y",
          region: "a",
          prefix: "",
          credentials: S3_KEYS,
          endpoint: "http://127.0.0.1:1",
        }).has("a", hash),
      ),
    ).toEqual(UNAVAILABLE);
  });

  test("never takes a file that was cut off for the whole", async () => {
    const large = randomBytes(3_000_000);
    await store.put("cut", hashBytes(large), large);
    s3.act = (method) => (method === "GET" ? "cut" : undefined);
    await expect(store.read("cut", hashBytes(large)).then(buffer)).rejects.toThrow(/aborted|closed|hang up/i);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("moving blobs", () => {
  let storage: TestStorage;
  let accountId: string;
  let files: BlobStore;
  const contents = Array.from({ length: 9 }, (_, index) => Buffer.from(`file ${index}`));

  beforeAll(async () => {
    storage = await openTestStorage();
    accountId = (await makeAccount(storage.db)).account.id;
    files = openBlobFolder(join(folder, "attachments"));
    for (const each of contents) {
      const blob = { accountId, hash: hashBytes(each), bytes: each, at: 1 };
      await storage.db.transact(async (tx) => await recordBlob(tx, files, blob));
    }
  });
  afterAll(async () => await storage.remove());

  const placed = async (place: BlobStore): Promise<number> =>
    (await Promise.all(contents.map(async (each) => await place.has(accountId, hashBytes(each))))).filter(Boolean)
      .length;

  test("is taken up where it was stopped, and can be undone", async () => {
    let puts = 0;
    s3.act = (method) => (method === "PUT" && (puts += 1) > 3 ? "fail" : undefined);
    await expect(moveBlobs(storage.db, { from: files, to: store })).rejects.toThrow("could not store");
    s3.act = () => undefined;
    const both = withFallback(store, files);
    for (const each of contents) {
      expect(await buffer(await both.read(accountId, hashBytes(each)))).toEqual(each);
    }
    const before = await placed(store);
    expect(before).toBeGreaterThan(0);
    const { moved, there, missing } = await moveBlobs(storage.db, { from: files, to: store });
    expect([moved + there, missing]).toEqual([9, []]);
    expect([await placed(store), await placed(files)]).toEqual([9, 0]);
    expect(await moveBlobs(storage.db, { from: store, to: files })).toMatchObject({ moved: 9, there: 0 });
    expect([await placed(store), await placed(files)]).toEqual([0, 9]);
  });

  test("leaves what is damaged where it is, replaces what is wrong in the new place, and tells what is in neither", async () => {
    const [damaged, wrong, lost] = contents.slice(0, 3).map(hashBytes) as [string, string, string];
    await files.remove(accountId, lost);
    await files.remove(accountId, damaged);
    await files.put(accountId, damaged, Buffer.from("something else"));
    await store.put(accountId, wrong, Buffer.from("half of a fi"));
    const result = await moveBlobs(storage.db, { from: files, to: store });
    expect(result).toMatchObject({ moved: 7, damaged: [`${accountId}/${damaged}`], missing: [`${accountId}/${lost}`] });
    expect(await buffer(await store.read(accountId, wrong))).toEqual(contents[1]);
    expect(await files.has(accountId, damaged)).toBe(true);
  });
});
