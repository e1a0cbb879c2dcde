import { describe, expect, test } from "vitest";
import { composeId } from "../../src/domain/ids.ts";
import { bulkInsert } from "../../src/storage/bulk-insert.ts";
import type { MessageRow } from "../../src/storage/schema.ts";
import { openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

/** More than a statement of SQLite's takes parameters (32,766). */
const MANY = 33_000;

describe.skipIf(ENGINE_MISSING !== null)("a ticket with very many messages", () => {
  test("R3: is answered with all of them", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const at = Date.UTC(2026, 0, 1);
    const rows = Array.from({ length: MANY }, (_, index): MessageRow => ({
      account_id: desk.account.id,
      id: composeId(at, index),
      ticket_id: id,
      type: "note",
      direction: null,
      from_name: "Mary Jones",
      from: null,
      to: null,
      cc: null,
      body: `${index}`,
      htmlized: 0,
      more_body: null,
      user_id: desk.user.id,
      delivery_state: null,
      mail_id: null,
      version: 1,
      created_at: at,
    }));
    await desk.server.storage.db.transact(async (tx) => await bulkInsert(tx, "messages", rows));
    for (const path of [`/tickets/${id}`, "/tickets"]) {
      const got = await desk.get(`${path}?embed=messages`);
      expect(got.status).toBe(200);
      const [{ messages }] = [got.body].flat();
      expect(messages).toHaveLength(MANY);
      expect([messages[0].body, messages.at(-1).body]).toEqual(["0", `${MANY - 1}`]);
    }
  });
});
