import { createHash } from "node:crypto";
import { describe, expect, inject, test } from "vitest";
import { type DemoCounts, seedDemo } from "../../src/cli/demo-data.ts";
import { summaryWith } from "../../src/desk/ticket-summary.ts";
import { Invalid } from "../../src/domain/errors.ts";
import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import { BACKUP_TABLES } from "../../src/storage/backup-format.ts";
import type { MessageRow, TicketRow } from "../../src/storage/schema.ts";
import { ENGINE_MISSING, openTestStorage, type TestStorage } from "../support/test-storage.ts";

const TICKETS = 1200;
const UNTIL = Date.UTC(2026, 9, 1);

interface Seeded {
  storage: TestStorage;
  counts: DemoCounts;
  progress: number[];
}

async function seeded(seed: number, engine?: "sqlite" | "postgres"): Promise<Seeded> {
  const storage = await openTestStorage(engine);
  const progress: number[] = [];
  const counts = await seedDemo(storage, { site: "acme", tickets: TICKETS, seed }, (done) => progress.push(done));
  return { storage, counts, progress };
}

async function rowsOf({ storage }: Seeded): Promise<Record<string, Record<string, unknown>[]>> {
  const tables: Record<string, Record<string, unknown>[]> = {};
  for (const { name, order } of BACKUP_TABLES) {
    const query = acrossAccounts(storage.db).selectFrom(name).selectAll();
    tables[name] = await order.reduce((ordered, column) => ordered.orderBy(column as never), query).execute();
  }
  return tables;
}

/** A hash of everything but what belongs to the account (its own id) and to the engine (the positions of events). */
async function fingerprint(of: Seeded): Promise<string> {
  const { accounts: _, properties: __, ...tables } = await rowsOf(of);
  const bare = Object.values(tables).map((rows) =>
    rows.map((row) =>
      Object.entries({ ...row, account_id: null, position: row["customer_id"] ? row["position"] : null }),
    ),
  );
  return createHash("sha256").update(JSON.stringify(bare)).digest("hex");
}

describe.skipIf(ENGINE_MISSING !== null)("demo data", () => {
  test("is the same for the same seed, and another for another", async () => {
    const all = [await seeded(1), await seeded(1), await seeded(2)];
    const [first, second, third] = await Promise.all(all.map(fingerprint));
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    for (const { storage } of all) await storage.remove();
  });

  test("is the same on both engines", async ({ skip }) => {
    skip(inject("databaseUrl") === null, "compares the engines: runs with PostgreSQL only");
    const all = [await seeded(7, "sqlite"), await seeded(7, "postgres")];
    const [sqlite, postgres] = await Promise.all(all.map(fingerprint));
    expect(postgres).toBe(sqlite);
    for (const { storage } of all) await storage.remove();
  });

  test("is what the desk would have written", async () => {
    const desk = await seeded(3);
    const rows = await rowsOf(desk);
    const tickets = rows["tickets"] as unknown as TicketRow[];
    const messages = Map.groupBy(rows["messages"] as unknown as MessageRow[], ({ ticket_id }) => ticket_id);
    const labels = new Set(rows["labels"]?.map(({ id }) => id));
    const links = new Set(rows["ticket_labels"]?.map(({ ticket_id, label_id }) => [ticket_id, label_id].join("/")));
    let linked = 0;
    for (const ticket of tickets) {
      const own = messages.get(ticket.id) ?? [];
      const summary = own.reduce((held, message) => ({ ...held, ...summaryWith(held, message) }), {
        summary: null as string | null,
        summary_type: null as TicketRow["summary_type"],
      });
      expect(ticket).toMatchObject(summary);
      expect(own.length).toBeGreaterThan(0);
      for (const id of JSON.parse(ticket.label_ids) as string[]) {
        expect(labels.has(id) && links.has(`${ticket.id}/${id}`)).toBe(true);
        linked += 1;
      }
      expect(ticket.updated_at).toBeGreaterThanOrEqual(Math.max(...own.map(({ created_at }) => created_at)));
      expect(ticket.updated_at).toBeLessThan(UNTIL);
      expect(ticket.snoozed_until !== null).toBe(ticket.state === "snoozed");
    }
    expect(linked).toBe(links.size);
    expect(tickets.map(({ number }) => number)).toEqual(tickets.map((_, index) => index + 1));
    await desk.storage.remove();
  });

  test("counts what it wrote and reports its progress", async () => {
    const desk = await seeded(4);
    const rows = await rowsOf(desk);
    expect(desk.counts).toEqual({
      tickets: rows["tickets"]?.length,
      messages: rows["messages"]?.length,
      customers: rows["customers"]?.length,
    });
    expect(desk.progress.at(-1)).toBe(TICKETS);
    expect(rows["counters"]?.[0]?.["last_ticket_number"]).toBe(TICKETS);
    expect(rows["events"]?.filter(({ kind }) => kind === "message.created").length).toBe(desk.counts.messages);
    const snoozed = rows["tickets"]?.filter(({ state }) => state === "snoozed").length;
    expect(rows["jobs"]?.map(({ kind }) => kind)).toEqual(Array.from({ length: snoozed ?? 0 }, () => "wake-ticket"));
    await desk.storage.remove();
  });

  test("is refused where it is already", async () => {
    const { storage } = await seeded(5);
    const again = seedDemo(storage, { site: "acme", tickets: 10, seed: 6 }, () => {});
    await expect(again).rejects.toThrow(Invalid);
    await expect(again).rejects.toMatchObject({ faults: ["this account already holds the demo data of seed 5"] });
    const { total } = await acrossAccounts(storage.db)
      .selectFrom("tickets")
      .select((row) => row.fn.countAll<number>().as("total"))
      .executeTakeFirstOrThrow();
    expect(total).toBe(TICKETS);
    await storage.remove();
  });
});
