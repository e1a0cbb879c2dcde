import { setImmediate } from "node:timers/promises";
import type { Actor } from "../domain/events.ts";
import { Conflict, NotFound } from "../domain/errors.ts";
import { now } from "../domain/time.ts";
import type { Db, Tx } from "../storage/database.ts";
import type { UndoRow } from "../storage/schema.ts";
import { lockNextPart, lockUndo, markUndone } from "../storage/undos.ts";
import { takeCustomersBack } from "./merge-customers.ts";
import { takeMergeBack } from "./merge-tickets.ts";
import type { UndoKind } from "./offer-undo.ts";
import { undoBulkChange } from "./undo-bulk-change.ts";
import { takeSplitBack } from "./split-ticket.ts";

/** What became of an undo: how many tickets (customers) are as they were, and how many stayed because they moved on. */
export interface Undone {
  restored: number;
  kept: number;
}

/**
 * Takes one thing back, in one transaction. It restores what is still as the thing left it and says what it kept;
 * what makes sense only as a whole (a merge) throws `Conflict("past", "…")`, with a sentence for people, and changes nothing.
 */
export type TakeBack = (tx: Tx, accountId: string, actor: Actor, payload: never) => Promise<Undone>;

const KINDS: Partial<Record<UndoKind, TakeBack>> = {
  "bulk-change": undoBulkChange,
  "merge-tickets": takeMergeBack,
  "split-ticket": takeSplitBack,
  "merge-customers": takeCustomersBack,
};

/**
 * Takes back what `actor` did, once. `NotFound` for an unknown, an expired or somebody else's undo; `Conflict` when it was
 * taken back before, or when nothing of it can be any more (it can then be tried again). What was done in several
 * transactions is taken back in as many, the last first, and the writers in between are let in; a crash in the middle
 * leaves the rest to be taken back by asking again.
 */
export async function takeBack(db: Db, accountId: string, actor: Actor, id: string): Promise<Undone> {
  const sum: Undone = { restored: 0, kept: 0 };
  for (;;) {
    const part = await db.transact(async (tx) => await takeNextBack(tx, accountId, actor, id, sum));
    sum.restored += part.undone.restored;
    sum.kept += part.undone.kept;
    if (part.last) return sum;
    await setImmediate();
  }
}

async function takeNextBack(
  tx: Tx,
  accountId: string,
  actor: Actor,
  id: string,
  sofar: Undone,
): Promise<{ undone: Undone; last: boolean }> {
  const head = await lockUndo(tx, accountId, id);
  if (head === undefined || !isTheirs(head, actor) || head.part_of !== null || head.expires_at <= now()) {
    throw new NotFound();
  }
  if (head.done_at !== null) throw new Conflict("past", "Conflict: this was taken back already");
  const part = await lockNextPart(tx, accountId, id);
  const undone = await takeRowBack(tx, actor, part ?? head);
  const last = part === undefined;
  if (last && sofar.restored + undone.restored === 0) {
    throw new Conflict("past", "Conflict: this cannot be taken back any more: everything in it has been changed since");
  }
  return { undone, last };
}

async function takeRowBack(tx: Tx, actor: Actor, undo: UndoRow): Promise<Undone> {
  const take = KINDS[undo.kind as UndoKind];
  if (take === undefined) throw new Error(`nothing takes back ${undo.kind}`);
  const undone = await take(tx, undo.account_id, actor, JSON.parse(undo.payload) as never);
  await markUndone(tx, undo.account_id, undo.id, now());
  return undone;
}

function isTheirs(undo: UndoRow, actor: Actor): boolean {
  return undo.user_id === actor.userId && undo.token_id === actor.tokenId;
}
