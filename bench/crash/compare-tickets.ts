import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import type { MessageRow } from "../../src/storage/schema.ts";
import type { Desk } from "./desk-under-test.ts";
import { type Findings, fault } from "./findings.ts";

/** Rows that belong together: what a transaction writes is there as a whole, or not at all. */
export async function compareTickets(
  { storage, tickets }: Desk,
  messages: readonly MessageRow[],
  findings: Findings,
): Promise<void> {
  const all = acrossAccounts(storage.db);
  const rows = await all.selectFrom("tickets").select(["id", "number"]).orderBy("number").execute();
  const filled = new Set(messages.map(({ ticket_id }) => ticket_id));
  for (const [index, { id, number }] of rows.entries()) {
    if (number !== index + 1) fault(findings, "half", `ticket number ${number} where ${index + 1} belongs`);
    if (!filled.has(id) && !tickets.includes(id)) fault(findings, "half", `ticket ${number} is empty`);
  }
  const events = await all
    .selectFrom("events")
    .select("message_id")
    .where("kind", "in", ["message.created", "message.received"])
    .execute();
  if (events.length !== messages.length) {
    fault(findings, "half", `${events.length} events of ${messages.length} messages`);
  }
  const ids = new Set(rows.map(({ id }) => id));
  const astray = messages.filter(({ ticket_id }) => !ids.has(ticket_id));
  if (astray.length > 0) fault(findings, "half", `${astray.length} messages without a ticket`);
}
