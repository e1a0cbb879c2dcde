import { join } from "node:path";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { backUp } from "../../src/cli/backup-archive.ts";
import { findAccountBySite } from "../../src/storage/accounts.ts";
import { restoreBackup } from "../../src/storage/backup-load.ts";
import { distribute, splitForCitus } from "../../src/storage/distribute.ts";
import { openStorage } from "../../src/storage/open.ts";
import { ON_CITUS } from "../support/citus.ts";
import { ENGINE, ENGINE_MISSING, createTestDatabase, openTestStorage } from "../support/test-storage.ts";
import { makeAccount } from "./storage-account.ts";

describe("a migration's statement, for Citus", () => {
  test("that makes a table is split: the table alone, then its foreign keys, of a column and of several", () => {
    const parts = splitForCitus(`create table notes (
      account_id text not null references accounts (id),
      id text not null,
      ticket_id text not null,
      primary key (account_id, id),
      foreign key (account_id, ticket_id) references tickets (account_id, id)
    )`);
    expect(parts.table).toBe("notes");
    expect(parts.create.replaceAll(/\s+/g, " ")).toBe(
      "create table notes ( account_id text not null, id text not null, ticket_id text not null, primary key (account_id, id) )",
    );
    expect(parts.keys.toSorted()).toEqual([
      "alter table notes add foreign key (account_id) references accounts (id)",
      "alter table notes add foreign key (account_id, ticket_id) references tickets (account_id, id)",
    ]);
  });

  test("that makes a table of no log is one too, and anything else is one part and no table", () => {
    expect(splitForCitus("create unlogged table marks (account_id text primary key)").table).toBe("marks");
    for (const other of [
      "create index a on notes (account_id)",
      "alter table notes add column b text references a (b)",
    ]) {
      expect(splitForCitus(other)).toEqual({ table: null, create: other, keys: [] });
    }
  });
});

describe.skipIf(ENGINE === "sqlite" || ENGINE_MISSING !== null)("a database that Citus has spread", () => {
  test("is not opened with a replica for reading: its nodes have a log each", async () => {
    const storage = await openTestStorage();
    const place = await createTestDatabase("sqlite");
    try {
      // What Citus leaves in the catalog; the extension itself is not to be had everywhere.
      await storage.db.transact(async (tx) => {
        await sql`set local allow_system_table_mods to on`.execute(tx.query);
        await sql`insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
          select 900001, 'citus', extowner, extnamespace, false, '13.2-1' from pg_extension where extname = 'plpgsql'
          and not exists (select from pg_extension where extname = 'citus')`.execute(tx.query);
        await sql`create table if not exists pg_dist_partition (logicalrelid regclass, partmethod "char", repmodel "char")`.execute(
          tx.query,
        );
        await sql`insert into pg_dist_partition select oid::regclass, 'h', 's' from pg_class
          where relkind = 'r' and relnamespace = current_schema()::regnamespace
          and not exists (select from pg_dist_partition)`.execute(tx.query);
      });
      const { databaseUrl } = storage;
      await expect(openStorage({ data: place.data, databaseUrl, databaseReadUrl: databaseUrl })).rejects.toThrow(
        "DATABASE_READ_URL does not go with Citus",
      );
      const alone = await openStorage({ data: place.data, databaseUrl });
      await alone.close();
    } finally {
      await storage.remove();
      await place.remove();
    }
  });

  test("is spread still when a backup of another engine is restored into it", async ({ skip }) => {
    skip(!ON_CITUS, "there is no Citus here");
    const [storage, source] = [await openTestStorage(), await openTestStorage("sqlite")];
    try {
      const { account } = await makeAccount(source.db);
      const file = join(source.data, "moved.cantrip");
      await backUp(source, source, file);
      await restoreBackup(storage, file);
      // What there is left to hand over.
      expect(await distribute(storage.db, () => {})).toEqual([]);
      expect(await findAccountBySite(storage.db, account.site)).toMatchObject({ id: account.id });
    } finally {
      await source.remove();
      await storage.remove();
    }
  });
});
