// One file, as every test here starts from the same backup, which takes longest to make.
import { createHash, randomBytes } from "node:crypto";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { sql } from "kysely";
import { pack as createPack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { backUp } from "../../src/cli/backup-archive.ts";
import { seedDemo } from "../../src/cli/demo-data.ts";
import { createAttachment } from "../../src/desk/create-attachment.ts";
import { createTicket } from "../../src/desk/create-ticket.ts";
import { createToken } from "../../src/desk/create-token.ts";
import { sweepAttachments } from "../../src/desk/sweep-attachments.ts";
import { SYSTEM } from "../../src/domain/events.ts";
import { Faults } from "../../src/domain/faults.ts";
import { DAY, now, setClock } from "../../src/domain/time.ts";
import { findAccountBySite, updateAccount } from "../../src/storage/accounts.ts";
import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import { BACKUP_TABLES, BackupRefused, type Manifest } from "../../src/storage/backup-format.ts";
import { restoreBackup } from "../../src/storage/backup-load.ts";
import { readAll, readArchive } from "../../src/storage/backup-read.ts";
import { hashBytes } from "../../src/storage/blobs.ts";
import { FIRST_EVENT, listEvents, recordEvent } from "../../src/storage/events.ts";
import { matchingTickets } from "../../src/storage/search.ts";
import { countMistallied } from "../../src/storage/tally-check.ts";
import { type Got, type TestServer, send, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING, openTestStorage, type TestStorage } from "../support/test-storage.ts";

type Rows = Record<string, Record<string, unknown>[]>;

/** Every row that a backup holds; of events their order in place of their positions. */
async function dump({ db }: TestStorage): Promise<Rows> {
  const tables: Rows = {};
  for (const { name, order } of BACKUP_TABLES) {
    const query = acrossAccounts(db).selectFrom(name).selectAll();
    const rows = await order.reduce((ordered, column) => ordered.orderBy(column as never), query).execute();
    tables[name] = name === "events" ? rows.map((row) => ({ ...row, position: null })) : rows;
  }
  tables["properties"] = tables["properties"]?.filter(({ name }) => !String(name).startsWith("backup.")) ?? [];
  return tables;
}

async function accountId({ db }: TestStorage): Promise<string> {
  return (await findAccountBySite(db, "acme"))?.id ?? "none";
}

/** The tickets that a search finds. */
async function search(storage: TestStorage, word: string): Promise<string[]> {
  const found = matchingTickets(storage.db, await accountId(storage), [{ word, prefix: false }]);
  const { rows } = await sql<{
    ticket_id: string;
  }>`select distinct ticket_id from ${found} as found order by 1`.execute(acrossAccounts(storage.db));
  return rows.map(({ ticket_id }) => ticket_id);
}

function attachmentFiles({ data }: TestStorage): string[] {
  const folder = join(data, "attachments");
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  return found.filter((each) => each.isFile()).map(({ name }) => name);
}

/** An archive made by hand, with the checksums that go with it. */
async function writeArchive(
  file: string,
  manifest: Partial<Manifest>,
  tables: Record<string, object[]>,
): Promise<void> {
  const pack = createPack();
  pack.entry({ name: "manifest.json" }, JSON.stringify(manifest));
  const sums: Record<string, object> = {};
  for (const [name, rows] of Object.entries(tables)) {
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    sums[name] = { rows: rows.length, sha256: createHash("sha256").update(text).digest("hex") };
    pack.entry({ name: `tables/${name}/000001.ndjson` }, text);
  }
  pack.entry(
    { name: "checksums.json" },
    JSON.stringify({ tables: sums, attachments: { files: 0, bytes: 0 }, missing: [] }),
  );
  pack.finalize();
  await pipeline(pack, createGzip(), createWriteStream(file));
}

describe.skipIf(ENGINE_MISSING !== null)("a backup", () => {
  let source: TestStorage;
  let file: string;
  let token: string;
  const opened: TestStorage[] = [];
  const open = async (engine?: "sqlite" | "postgres"): Promise<TestStorage> => {
    const storage = await openTestStorage(engine);
    opened.push(storage);
    return storage;
  };

  beforeAll(async () => {
    source = await open();
    await seedDemo(source, { site: "acme", tickets: 150, seed: 1 }, () => {});
    const account = await accountId(source);
    token = await source.db.transact(async (tx) => {
      await updateAccount(tx, account, { credits_per_minute: 0, requests_per_second: 0 });
      return (await createToken(tx, account, "Test", new Faults())).token;
    });
    file = join(source.data, "first.cantrip");
    await backUp(source, source, file);
  });

  afterAll(async () => {
    for (const storage of opened) await storage.remove();
  });

  /** All that a restore must bring back: rows, files, findings. */
  async function contentsOf(storage: TestStorage): Promise<object> {
    const found = await search(storage, "refund");
    expect(found.length).toBeGreaterThan(0);
    if (storage.db.tallied) expect(await countMistallied(storage.db, await accountId(storage))).toBe(0);
    return { rows: await dump(storage), files: attachmentFiles(storage).toSorted(), found };
  }

  test("restores to the same rows, files and findings", async () => {
    const target = await open();
    await restoreBackup(target, file);
    expect(await contentsOf(target)).toEqual(await contentsOf(source));
  });

  test("moves from one engine to the other and back", async ({ skip }) => {
    skip(inject("databaseUrl") === null, "compares the engines: runs with PostgreSQL only");
    const [sqlite, back] = [await open("sqlite"), await open("postgres")];
    await restoreBackup(sqlite, file);
    expect(await contentsOf(sqlite)).toEqual(await contentsOf(source));
    const second = join(sqlite.data, "second.cantrip");
    await backUp(sqlite, sqlite, second);
    await restoreBackup(back, second);
    expect(await contentsOf(back)).toEqual(await contentsOf(source));
  });

  test("restored, answers the API byte for byte alike", async () => {
    const [one, other] = [await open(), await open("sqlite")];
    await restoreBackup(one, file);
    await restoreBackup(other, file);
    const answers = async (storage: TestStorage): Promise<string[]> => {
      const server = await startTestServer({ publicUrl: "https://help.example" }, storage);
      const list = await get(
        server,
        "/tickets?per_page=100&embed=messages,customer,labels,user,inbox&sort=-updated_at",
      );
      const [first] = list.body as { id: string }[];
      const rest = ["/customers?per_page=100", "/users", "/inboxes", "/labels", `/tickets/${first?.id ?? ""}/messages`];
      const texts = [list.text];
      for (const path of rest) texts.push((await get(server, path)).text);
      await server.close();
      return texts;
    };
    const expected = await answers(one);
    expect(JSON.parse(expected[0] ?? "")).toHaveLength(100);
    expect(await answers(other)).toEqual(expected);
  });

  async function get(server: TestServer, path: string): Promise<Got> {
    const got = await send(server, "GET", `/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } });
    expect(got.status).toBe(200);
    return got;
  }

  test("keeps the order of events, and later events come after it", async () => {
    const target = await open();
    await restoreBackup(target, file);
    const account = await accountId(target);
    const ids = async (storage: TestStorage): Promise<string[]> =>
      (await listEvents(storage.db, account, FIRST_EVENT, 10_000)).map(({ id }) => id);
    const before = await ids(source);
    expect(await ids(target)).toEqual(before);
    await target.db.transact(async (tx) => {
      await recordEvent(tx, account, SYSTEM, { kind: "ticket.updated", ticketId: "0".repeat(24) });
    });
    // On PostgreSQL readers stop short of the oldest open transaction of the whole server: other tests have some.
    await expect.poll(async () => (await ids(target)).length, { timeout: 15_000 }).toBe(before.length + 1);
    const after = await ids(target);
    expect(after.slice(0, -1)).toEqual(before);
  });

  test("is of one moment while others write", async () => {
    const busy = await open();
    await seedDemo(busy, { site: "acme", tickets: 2000, seed: 2 }, () => {});
    const account = await accountId(busy);
    const state = { done: false };
    let written = 0;
    const message = { type: "reply", direction: "in", body: "twice", from: "ruby@example.com" } as const;
    const input = {
      type: "email",
      subject: "Busy",
      customer: { first_name: "Ruby" },
      messages: [message, message],
    } as const;
    const writing = (async () => {
      while (!state.done) {
        await busy.db.transact(async (tx) => await createTicket(tx, account, SYSTEM, input, new Faults()));
        written += 1;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    const copy = join(busy.data, "busy.cantrip");
    await backUp(busy, busy, copy);
    state.done = true;
    await writing;
    expect(written).toBeGreaterThan(1);
    const target = await open();
    await restoreBackup(target, copy);
    const rows = await dump(target);
    const messages = Map.groupBy(rows["messages"] ?? [], ({ ticket_id }) => ticket_id);
    const created = (rows["tickets"] ?? []).filter(({ subject }) => subject === "Busy");
    for (const { id } of created) expect(messages.get(id)?.length).toBe(2);
    expect(created.length).toBeLessThan(written);
    expect(rows["counters"]?.[0]?.["last_ticket_number"]).toBe(2000 + created.length);
  });

  test("is refused when it is damaged or cut off, and nothing is written", async () => {
    const target = await open();
    const bytes = readFileSync(file);
    const damaged = join(target.data, "damaged.cantrip");
    for (const part of [0.2, 0.5, 0.9]) {
      const flipped = Buffer.from(bytes);
      const at = Math.floor(bytes.length * part);
      flipped[at] = (flipped[at] ?? 0) ^ 0xff;
      writeFileSync(damaged, flipped);
      await expect(restoreBackup(target, damaged)).rejects.toThrow(BackupRefused);
      writeFileSync(damaged, bytes);
      truncateSync(damaged, at);
      await expect(restoreBackup(target, damaged)).rejects.toThrow(BackupRefused);
    }
    writeFileSync(damaged, "not a backup at all");
    await expect(restoreBackup(target, damaged)).rejects.toThrow(BackupRefused);
    writeFileSync(damaged, "");
    await expect(restoreBackup(target, damaged)).rejects.toThrow(BackupRefused);
    expect((await dump(target))["accounts"]).toEqual([]);
    expect(attachmentFiles(target)).toEqual([]);
  });

  test("is refused when a newer version made it", async () => {
    const target = await open();
    const newer = join(target.data, "newer.cantrip");
    await writeArchive(newer, { format: 2, cantrip: "9.0.0" }, {});
    await expect(restoreBackup(target, newer)).rejects.toThrow(/format 2, made by Cantrip 9\.0\.0/);
    await writeArchive(newer, { format: 1, cantrip: "9.0.0", migrations: ["001-init", "900-later"] }, {});
    await expect(restoreBackup(target, newer)).rejects.toThrow(/newer Cantrip.*900-later/);
  });

  test("replaces what is there only when told to, and then all of it", async () => {
    const target = await open();
    await seedDemo(target, { site: "other", tickets: 5, seed: 3 }, () => {});
    const [held] = (await dump(target))["accounts"] ?? [];
    const bytes = randomBytes(100);
    const upload = { name: "a.bin", type: "application/octet-stream", bytes, hash: hashBytes(bytes) };
    await target.db.transact(
      async (tx) => await createAttachment(tx, target.blobs, String(held?.["id"]), upload, new Faults()),
    );
    const before = await dump(target);
    await expect(restoreBackup(target, file)).rejects.toThrow(/not empty \(it has other\); --force/);
    expect(await dump(target)).toEqual(before);
    await restoreBackup(target, file, { force: true });
    expect(await contentsOf(target)).toEqual(await contentsOf(source));
  });

  test("that fails half-way leaves what was there", async () => {
    const target = await open();
    await seedDemo(target, { site: "kept", tickets: 5, seed: 3 }, () => {});
    const before = await dump(target);
    const broken = join(target.data, "broken.cantrip");
    const account = {
      id: "a".repeat(24),
      site: "x",
      name: "x",
      credits_per_minute: 0,
      requests_per_second: 0,
      created_at: 1,
    };
    const { migrations } = JSON.parse(await manifestText()) as Manifest;
    const orphan = { account_id: "b".repeat(24), last_ticket_number: 1 };
    await writeArchive(broken, { format: 1, cantrip: "0", migrations }, { accounts: [account], counters: [orphan] });
    await expect(restoreBackup(target, broken, { force: true })).rejects.toThrow(/foreign key/i);
    expect(await dump(target)).toEqual(before);
    expect(await search(target, "nothing")).toEqual([]);
    expect(attachmentFiles(target).length).toBe(before["blobs"]?.length);
  });

  async function manifestText(): Promise<string> {
    for await (const entry of readArchive(file)) return (await readAll(entry.bytes)).toString();
    throw new Error("the archive is empty");
  }

  test("names attachments that were damaged before, and holds the others", async () => {
    const target = await open();
    await restoreBackup(target, file);
    const account = await accountId(target);
    const [first = ""] = attachmentFiles(target);
    await target.blobs.remove(account, first);
    const copy = join(target.data, "without.cantrip");
    const done = await backUp(target, target, copy);
    expect(done.missing).toEqual([`${account}/${first}`]);
    const again = await open();
    const { checksums } = await restoreBackup(again, copy);
    expect(checksums.missing).toEqual(done.missing);
    expect(attachmentFiles(again).length).toBe(attachmentFiles(source).length - 1);
  });

  test("mends attachments that are damaged where it is restored", async () => {
    const target = await open();
    const account = await accountId(source);
    const [first = ""] = attachmentFiles(source);
    const folder = join(target.data, "attachments", account, first.slice(0, 2));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, first), "damaged");
    await restoreBackup(target, file);
    expect(hashBytes(readFileSync(join(folder, first)))).toBe(first);
  });

  test("does not replace a file unless told to, and leaves no half file behind", async () => {
    await expect(backUp(source, source, file)).rejects.toThrow(/already there/);
    const nowhere = join(source.data, "missing", "x.cantrip");
    await expect(backUp(source, source, nowhere)).rejects.toThrow(/ENOENT/);
    await backUp(source, source, file, { force: true });
    expect(readdirSync(source.data).filter((name) => name.includes("partial"))).toEqual([]);
  });

  test("holds up the sweep of attachments while it runs", async () => {
    const target = await open();
    await seedDemo(target, { site: "acme", tickets: 1, seed: 3 }, () => {});
    const bytes = randomBytes(100);
    const upload = { name: "a.bin", type: "application/octet-stream", bytes, hash: hashBytes(bytes) };
    const account = await accountId(target);
    await target.db.transact(async (tx) => await createAttachment(tx, target.blobs, account, upload, new Faults()));
    try {
      setClock(() => Date.now() + 2 * DAY);
      await backUp(target, target, join(target.data, "sweep.cantrip"));
      expect(await sweepAttachments(target.db, target.blobs)).toBe(0);
      const later = now() + DAY;
      setClock(() => later);
      expect(await sweepAttachments(target.db, target.blobs)).toBe(1);
    } finally {
      setClock();
    }
  });
});
