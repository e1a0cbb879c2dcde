import type { Actor } from "../domain/events.ts";
import { newId } from "../domain/ids.ts";
import { MINUTE, now } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import { insertUndo } from "../storage/undos.ts";

/** How long something can be taken back. */
export const UNDO_LIFETIME = 10 * MINUTE;

/** What can be taken back; each kind has its function in `undos.ts`. Apart from it, so that what offers an undo does not import what takes it back. */
export type UndoKind = "bulk-change" | "merge-tickets" | "split-ticket" | "merge-customers";

/**
 * Lets `actor`, and nobody else, take back for ten minutes what this transaction does; returns the id for
 * `POST /undos/{id}`. `payload` is JSON and holds what the kind's function in `undos.ts` needs. What runs in several
 * transactions offers one undo in each; all but the first name the first as `partOf` and are taken back with it.
 */
export async function offerUndo(
  tx: Tx,
  accountId: string,
  actor: Actor,
  kind: UndoKind,
  payload: object,
  partOf: string | null = null,
): Promise<string> {
  const at = now();
  const id = newId();
  await insertUndo(tx, {
    account_id: accountId,
    id,
    part_of: partOf,
    user_id: actor.userId,
    token_id: actor.tokenId,
    kind,
    payload: JSON.stringify(payload),
    created_at: at,
    expires_at: at + UNDO_LIFETIME,
    done_at: null,
  });
  return id;
}
