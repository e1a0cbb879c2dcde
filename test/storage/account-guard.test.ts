import { type Compilable, sql } from "kysely";
import { beforeAll, describe, expect, test } from "vitest";
import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import type { Tx, WriteQueries } from "../../src/storage/database.ts";
import { ENGINE_MISSING, type TestStorage, sharedStorage } from "../support/test-storage.ts";

const A = "0".repeat(24);

type Build = (query: WriteQueries) => Compilable | { compile(executor: WriteQueries): unknown };

const FORGETS: Record<string, Build> = {
  "a select without a condition": (q) => q.selectFrom("tickets").selectAll(),
  "a select by id alone": (q) => q.selectFrom("tickets").selectAll().where("id", "=", A),
  "a select that only asks that there be an account": (q) =>
    q.selectFrom("tickets").selectAll().where("account_id", "is not", null),
  "a select of other accounts than one": (q) => q.selectFrom("tickets").selectAll().where("account_id", "!=", A),
  "a select that names the account beside an or": (q) =>
    q
      .selectFrom("tickets")
      .selectAll()
      .where((row) => row.or([row("account_id", "=", A), row("state", "=", "open")])),
  "an aliased select": (q) => q.selectFrom("tickets as t").selectAll().where("t.id", "=", A),
  "a join that is not on the account": (q) =>
    q
      .selectFrom("tickets")
      .innerJoin("customers", "customers.id", "tickets.customer_id")
      .select("tickets.id")
      .where("tickets.account_id", "=", A),
  "a join on the account that names none": (q) =>
    q
      .selectFrom("tickets")
      .innerJoin("customers", (join) =>
        join.onRef("customers.account_id", "=", "tickets.account_id").onRef("customers.id", "=", "tickets.customer_id"),
      )
      .select("tickets.id"),
  "a join on the account alone": (q) =>
    q
      .selectFrom("tickets")
      .innerJoin("customers", (join) => join.onRef("customers.account_id", "=", "tickets.account_id"))
      .select("tickets.id")
      .where("tickets.account_id", "=", A),
  "a join where the name could be either's": (q) =>
    q
      .selectFrom("tickets")
      .innerJoin("customers", "customers.id", "tickets.customer_id")
      .select("tickets.id")
      .where("account_id", "=", A),
  "an outer join that names the account only of what it adds": (q) =>
    q
      .selectFrom("tickets")
      .leftJoin("customers", (join) =>
        join.onRef("customers.account_id", "=", "tickets.account_id").on("customers.account_id", "=", A),
      )
      .select("tickets.id"),
  "a select whose subquery alone names the account": (q) =>
    q
      .selectFrom("tickets")
      .selectAll()
      .where("customer_id", "in", (row) =>
        row.selectFrom("contacts").select("customer_id").where("account_id", "=", A),
      ),
  "a subquery": (q) =>
    q
      .selectFrom("tickets")
      .selectAll()
      .where("account_id", "=", A)
      .where("customer_id", "in", (row) =>
        row.selectFrom("contacts").select("customer_id").where("type", "=", "email"),
      ),
  "a select from a subquery": (q) => q.selectFrom((row) => row.selectFrom("messages").select("id").as("m")).selectAll(),
  "a subquery among the columns": (q) =>
    q
      .selectFrom("tickets")
      .select((row) => row.selectFrom("messages").select("body").limit(1).as("body"))
      .where("account_id", "=", A),
  "an insert": (q) => q.insertInto("blobs").values({ hash: "h", size: 1, created_at: 1 } as never),
  "an insert of a select": (q) =>
    q
      .insertInto("ticket_labels")
      .columns(["account_id", "label_id", "ticket_id"])
      .expression((row) => row.selectFrom("ticket_labels").select(["account_id", "label_id", "ticket_id"])),
  "an update": (q) => q.updateTable("tickets").set({ subject: "x" }).where("id", "=", A),
  "an update that only sets the account": (q) => q.updateTable("tickets").set({ account_id: A }).where("id", "=", A),
  "an update from another table": (q) =>
    q
      .updateTable("tickets")
      .from("customers")
      .set({ subject: "x" })
      .whereRef("customers.id", "=", "tickets.customer_id")
      .where("tickets.account_id", "=", A),
  "a delete": (q) => q.deleteFrom("messages").where("id", "=", A),
  "a raw select": () => sql`select * from tickets where id = ${A}`,
  "a raw select of a table that was put in": () => sql`select * from ${sql.table("tickets")}`,
  "a raw delete": () => sql`delete from "jobs"`,
  "a raw insert": () => sql`insert into search_entries (id) values (${A})`,
  "a raw fragment": (q) =>
    q
      .selectFrom("accounts")
      .selectAll()
      .where(sql<boolean>`id in (select id from tickets)`),
};

const NAMES: Record<string, Build> = {
  "a select by account and id": (q) =>
    q.selectFrom("tickets").selectAll().where("account_id", "=", A).where("id", "=", A),
  "a select of some accounts": (q) => q.selectFrom("tickets").selectAll().where("account_id", "in", [A]),
  "an aliased select": (q) => q.selectFrom("tickets as t").selectAll().where("t.account_id", "=", A),
  "a condition in parentheses": (q) =>
    q
      .selectFrom("tickets")
      .selectAll()
      .where((row) => row.and([row("account_id", "=", A), row.or([row("state", "=", "open"), row("spam", "=", 1)])])),
  "a join on the account": (q) =>
    q
      .selectFrom("tickets")
      .innerJoin("customers", (join) =>
        join.onRef("customers.account_id", "=", "tickets.account_id").onRef("customers.id", "=", "tickets.customer_id"),
      )
      .select("tickets.id")
      .where("tickets.account_id", "=", A),
  "a chain of joins on the account, from either end": (q) =>
    q
      .selectFrom("messages")
      .innerJoin("tickets", (join) =>
        join.onRef("tickets.account_id", "=", "messages.account_id").onRef("tickets.id", "=", "messages.ticket_id"),
      )
      .leftJoin("customers", (join) =>
        join.onRef("tickets.account_id", "=", "customers.account_id").onRef("customers.id", "=", "tickets.customer_id"),
      )
      .select("tickets.id")
      .where("messages.account_id", "=", A),
  "a subquery with the account": (q) =>
    q
      .selectFrom("tickets")
      .selectAll()
      .where("account_id", "=", A)
      .where("customer_id", "in", (row) =>
        row.selectFrom("contacts").select("customer_id").where("account_id", "=", A),
      ),
  "a subquery that takes the account from outside": (q) =>
    q
      .selectFrom("tickets")
      .selectAll()
      .where("tickets.account_id", "=", A)
      .where((row) =>
        row.exists(row.selectFrom("messages").select("id").whereRef("messages.account_id", "=", "tickets.account_id")),
      ),
  "an insert": (q) => q.insertInto("blobs").values({ account_id: A, hash: "h", size: 1, created_at: 1 }),
  "an insert that may update": (q) =>
    q
      .insertInto("blobs")
      .values({ account_id: A, hash: "h", size: 1, created_at: 1 })
      .onConflict((conflict) => conflict.columns(["account_id", "hash"]).doUpdateSet({ size: 1 })),
  "an update": (q) => q.updateTable("tickets").set({ subject: "x" }).where("account_id", "=", A),
  "a delete": (q) => q.deleteFrom("messages").where("account_id", "=", A).where("id", "=", A),
  "a raw select": () => sql`select * from tickets where account_id = ${A}`,
  "a table that is nobody's": (q) => q.selectFrom("accounts").selectAll(),
  "a raw query of a table that is nobody's": () => sql`select * from properties`,
};

describe.skipIf(ENGINE_MISSING !== null)("the account guard", () => {
  let storage: TestStorage;
  beforeAll(async () => {
    storage = await sharedStorage();
  });

  const compile = async (build: Build): Promise<void> =>
    await storage.db.transact(async (tx: Tx) => {
      await Promise.resolve();
      const built: { compile(executor: WriteQueries): unknown } = build(tx.query);
      built.compile(tx.query);
    });

  test.each(Object.keys(FORGETS))("refuses %s", async (name) => {
    await expect(compile(FORGETS[name] as Build)).rejects.toThrow("forgets the account");
  });

  test.each(Object.keys(NAMES))("lets pass, with the account named: %s", async (name) => {
    await expect(compile(NAMES[name] as Build)).resolves.toBeUndefined();
  });

  test("refuses to compare with what differs from row to row, which Citus does", async () => {
    const remove = sql`delete from presences where account_id = ${A} and expires_at < extract(epoch from clock_timestamp())`;
    await expect(remove.execute(storage.db.query)).rejects.toThrow("compare now()");
  });

  test("refuses before the query reaches the database", async () => {
    await expect(storage.db.query.selectFrom("tickets").selectAll().execute()).rejects.toThrow("forgets the account");
    await expect(sql`select * from tickets`.execute(storage.db.query)).rejects.toThrow("forgets the account");
    await expect(storage.db.longReads.query.selectFrom("jobs").selectAll().execute()).rejects.toThrow("forgets");
  });

  test("steps aside for a query that says it spans accounts", async () => {
    const some = acrossAccounts(storage.db).selectFrom("tickets").select("id").limit(1);
    await expect(some.execute()).resolves.toBeInstanceOf(Array);
  });
});
