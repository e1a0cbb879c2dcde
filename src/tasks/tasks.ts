import { continueRemoval } from "../desk/labels.ts";
import { wakeTicket } from "../desk/snooze-ticket.ts";
import { type TrainingPayload, trainSpam } from "../desk/train-spam.ts";
import type { JobKind, Task } from "../queue/queue.ts";
import type { Storage } from "../storage/open.ts";

/** What each kind of job does: parse the payload, call the desk. For `deliver-message` see `deliveries.ts`. */
export function tasksOf({ db, blobs }: Pick<Storage, "db" | "blobs">): Partial<Record<JobKind, Task>> {
  return {
    "wake-ticket": async ({ account_id, payload }) => {
      const { ticket_id, until } = JSON.parse(payload) as { ticket_id: string; until: number };
      await db.transact(async (tx) => await wakeTicket(tx, account_id, ticket_id, until));
    },
    "train-spam": async ({ account_id, payload }) => {
      await trainSpam({ db, blobs }, account_id, (JSON.parse(payload) as TrainingPayload).ticket_id);
    },
    "remove-label": async ({ account_id, payload }) => {
      const { label_id } = JSON.parse(payload) as { label_id: string };
      await db.transact(async (tx) => await continueRemoval(tx, account_id, label_id));
    },
  };
}
