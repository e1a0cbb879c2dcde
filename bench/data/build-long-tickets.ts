import { createLabel } from "../../src/desk/labels.ts";
import { createTicket } from "../../src/desk/create-ticket.ts";
import { updateTicket } from "../../src/storage/tickets.ts";
import type { SetUp } from "../../src/desk/set-up-account.ts";
import { SYSTEM } from "../../src/domain/events.ts";
import { Faults } from "../../src/domain/faults.ts";
import { now } from "../../src/domain/time.ts";
import type { Tx } from "../../src/storage/database.ts";

const TICKETS = 40;
const MESSAGES = 10;

/** Gives an account tickets of ten messages, more than the generator makes, with the texts of another account's. */
export async function addLongTickets(tx: Tx, { account, user, inbox }: SetUp, textsOf: string): Promise<void> {
  const labels = [];
  for (const name of ["Billing", "Urgent", "Waiting"]) {
    labels.push(await createLabel(tx, account.id, { name, color: "#2563eb" }, new Faults()));
  }
  const texts = await tx.query
    .selectFrom("messages")
    .select(["body", "htmlized"])
    .where("account_id", "=", textsOf)
    .orderBy("id")
    .limit(TICKETS * MESSAGES)
    .execute();
  const textOf = (index: number) => texts[index % texts.length] ?? { body: "Hello.", htmlized: 0 };
  for (let each = 0; each < TICKETS; each += 1) {
    const from = `customer${each}@example.com`;
    const messages = Array.from({ length: MESSAGES }, (_, index) => {
      const { body, htmlized } = textOf(each * MESSAGES + index);
      const text = { body, htmlized: htmlized === 1 };
      if (index % 2 === 1) return { type: "note" as const, user_id: user.id, ...text };
      return { type: "reply" as const, direction: "in" as const, from, to: inbox.address, ...text };
    });
    const customer = {
      first_name: "Ruby",
      last_name: `Customer ${each}`,
      contacts: [{ type: "email" as const, value: from }],
    };
    const input = { type: "email" as const, subject: `A long story ${each}`, customer, messages, user_id: user.id };
    const ticket = await createTicket(tx, account.id, SYSTEM, input, new Faults());
    const label_ids = JSON.stringify(labels.map(({ id }) => id));
    await updateTicket(tx, account.id, ticket.id, { label_ids }, now());
  }
}
