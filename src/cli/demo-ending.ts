import type { EventKind } from "../domain/events.ts";
import type { TicketState } from "../domain/states.ts";
import { DAY, HOUR, MINUTE } from "../domain/time.ts";
import { OF_TICKET } from "../storage/schema.ts";
import type { DemoBatch } from "./demo-batch.ts";
import type { DemoIds } from "./demo-ids.ts";
import type { Facts } from "./demo-messages.ts";
import type { Random } from "./demo-random.ts";

/** How a ticket is left. */
export interface Ending {
  state: TicketState;
  snoozedUntil: number | null;
  /** How often it changed besides its messages. */
  changes: number;
  /** The moment of the last change, messages included. */
  at: number;
}

interface Handling {
  ids: DemoIds;
  /** Who sets labels and state. */
  userId: string | null;
  labels: readonly string[];
  /** The moment of the last message. */
  last: number;
}

/** What happens to a ticket besides its messages: labels, and the state that it is left in. */
export function finish(batch: DemoBatch, random: Random, facts: Facts, handling: Handling): Ending {
  const { at, until } = facts;
  const { labels, last } = handling;
  const end: Ending = { state: "open", snoozedUntil: null, changes: 0, at: last };
  const change = (kind: EventKind, moment: number, changes: object): void => {
    recordChange(batch, facts, handling, { kind, moment, changes });
    end.changes += 1;
    end.at = Math.max(end.at, moment);
  };
  if (labels.length > 0) {
    const moment = Math.min(at + random.wait(20 * MINUTE), until - 1);
    for (const label_id of labels) {
      batch.labels.push({ account_id: facts.accountId, label_id, ticket_id: facts.ticketId });
    }
    change("ticket.labeled", moment, { label_ids: ["[]", JSON.stringify(labels)] });
  }
  const settled = last + random.wait(26 * HOUR);
  const moment = Math.min(settled, until - 1);
  end.state = chooseState(random, settled < until);
  if (end.state === "snoozed") {
    // Years away, so that the same seed gives the same desk whenever it is looked at: none has woken in between.
    end.snoozedUntil = Math.floor((until + (700 + random.below(700)) * DAY) / HOUR) * HOUR;
    batch.jobs.push(wakeJob(facts, handling.ids.at(moment), end.snoozedUntil, moment));
    change("ticket.updated", moment, { state: ["open", "snoozed"], snoozed_until: [null, end.snoozedUntil] });
  } else if (end.state !== "open") {
    change("ticket.updated", moment, { state: ["open", end.state] });
  }
  return end;
}

function chooseState(random: Random, settled: boolean): TicketState {
  const states = ["open", "hold", "closed", "snoozed", "archived"] as const;
  return states[random.pickWeight(settled ? [4, 2, 86, 0.6, 7] : [78, 9, 5, 8, 0])] ?? "open";
}

interface Change {
  kind: EventKind;
  moment: number;
  changes: object;
}

function recordChange(
  batch: DemoBatch,
  { accountId, ticketId }: Facts,
  { ids, userId }: Handling,
  { kind, moment, changes }: Change,
): void {
  const who = { token_id: null, user_id: userId };
  const what = { kind, ticket_id: ticketId, message_id: null, changes: JSON.stringify(changes) };
  const id = ids.at(moment);
  batch.events.push({ account_id: accountId, id, position: 0, ...what, ...who, created_at: moment, ...OF_TICKET });
}

function wakeJob({ accountId, ticketId }: Facts, id: string, until: number, at: number): DemoBatch["jobs"][number] {
  const payload = JSON.stringify({ ticket_id: ticketId, until });
  const unclaimed = { attempts: 0, locked_until: null, last_error: null, failed_at: null };
  return { account_id: accountId, id, kind: "wake-ticket", payload, run_at: until, ...unclaimed, created_at: at };
}
