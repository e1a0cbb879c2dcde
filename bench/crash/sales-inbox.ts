import { createInbox } from "../../src/desk/inboxes.ts";
import { createUser } from "../../src/desk/create-user.ts";
import { Faults } from "../../src/domain/faults.ts";
import { updateUser } from "../../src/storage/users.ts";
import type { Desk } from "./desk-under-test.ts";

/** An inbox that acknowledges, and whose every message an agent is told of by mail: apart from the other, where all is quiet. */
export const SALES = "sales@desk.example";
export const AGENT = "agent@desk.example";

export async function openSales({ storage, setUp }: Desk): Promise<void> {
  const { id } = setUp.account;
  await storage.db.transact(async (tx) => {
    const acknowledgement = { enabled: true, body: "We have your mail {{ticket.subject}}." };
    const inbox = await createInbox(tx, id, { name: "Sales", address: SALES, acknowledgement }, new Faults());
    const user = await createUser(tx, id, { email: AGENT, inbox_ids: [inbox.id] }, new Faults());
    await updateUser(tx, id, user.id, { notifications: "all" });
  });
}
