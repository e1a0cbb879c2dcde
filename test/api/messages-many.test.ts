import { describe, expect, test } from "vitest";
import { composeId } from "../../src/domain/ids.ts";
import { bulkInsert } from "../../src/storage/bulk-insert.ts";
import { openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

/** More than a statement of SQLite's takes parameters (32,766). */
const MANY = 33_000;

describe.skipIf(ENGINE_MISSING !== null)("a ticket with very many messages", () => {
  test("R3: is answered with all of them", async () => {
    const desk = await openDesk();
    const note = { type: "note", user_id: desk.user.id, body: "0" };
    const { id } = await desk.ticket({ messages: [note] });
    const { db } = desk.server.storage;
    const first = await db.query
      .selectFrom("messages")
      .selectAll()
      .where("account_id", "=", desk.account.id)
      .where("ticket_id", "=", id)
      .executeTakeFirstOrThrow();
    const at = first.created_at + 1;
    const rows = Array.from({ length: MANY - 1 }, (_, index) => ({
      ...first,
      id: composeId(at, index),
      body: `${index + 1}`,
      created_at: at,
    }));
    await db.transact(async (tx) => await bulkInsert(tx, "messages", rows));
    for (const path of [`/tickets/${id}`, "/tickets"]) {
      const got = await desk.get(`${path}?embed=messages`);
      expect(got.status).toBe(200);
      const [{ messages }] = [got.body].flat();
      expect(messages).toHaveLength(MANY);
      expect([messages[0].body, messages.at(-1).body]).toEqual(["0", `${MANY - 1}`]);
    }
  });
});
