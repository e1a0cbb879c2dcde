import { continueRemoval } from "../desk/labels.ts";
import { wakeTicket } from "../desk/snooze-ticket.ts";
import type { JobKind, Task } from "../queue/queue.ts";
import type { Storage } from "../storage/open.ts";

/** What each kind of job does: parse the payload, call the desk. For `deliver-message` see `deliveries.ts`. */
export function tasksOf({ db }: Pick<Storage, "db">): Partial<Record<JobKind, Task>> {
  return {
    "wake-ticket": async ({ account_id, payload }) => {
      const { ticket_id, until } = JSON.parse(payload) as { ticket_id: string; until: number };
      await db.transact(async (tx) => await wakeTicket(tx, account_id, ticket_id, until));
    },
    "remove-label": async ({ account_id, payload }) => {
      const { label_id } = JSON.parse(payload) as { label_id: string };
      await db.transact(async (tx) => await continueRemoval(tx, account_id, label_id));
    },
  };
}
