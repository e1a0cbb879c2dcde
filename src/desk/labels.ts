import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import { enqueue } from "../queue/queue.ts";
import type { Tx } from "../storage/database.ts";
import {
  deleteLabelRow,
  findLabelByName,
  insertLabel,
  lockLabel,
  updateLabel as updateRow,
} from "../storage/labels.ts";
import type { LabelRow } from "../storage/schema.ts";
import { removeLabelFromTickets } from "../storage/tickets.ts";
import type { Precondition } from "./precondition.ts";

export interface LabelInput {
  name: string;
  /** See `LABEL_COLOR`. */
  color?: string | null;
}

/** How labels compare: "VIP" and "vip " are the same. */
export function labelKey(name: string): string {
  return name.trim().normalize("NFKC").toLowerCase();
}

export async function createLabel(
  tx: Tx,
  accountId: string,
  input: Partial<LabelInput>,
  faults: Faults,
): Promise<LabelRow> {
  const name = input.name ?? "";
  const label: LabelRow = {
    account_id: accountId,
    id: newId(),
    name,
    name_key: labelKey(name),
    color: input.color ?? "gray",
    version: 1,
    created_at: now(),
  };
  await checkName(tx, accountId, label.id, input.name, faults);
  faults.throwIfAny();
  if (!(await insertLabel(tx, label))) faults.add("name is already used");
  faults.throwIfAny();
  return label;
}

export async function updateLabel(
  tx: Tx,
  accountId: string,
  id: string,
  input: Partial<LabelInput>,
  faults: Faults,
  precondition: Precondition,
): Promise<LabelRow> {
  const label = await lockLabel(tx, accountId, id);
  if (label === undefined) throw new NotFound();
  precondition(label.version);
  await checkName(tx, accountId, id, input.name, faults);
  faults.throwIfAny();
  const name = input.name ?? label.name;
  const color = input.color ?? label.color;
  if (name === label.name && color === label.color) return label;
  await updateRow(tx, accountId, id, { name, name_key: labelKey(name), color });
  return { ...label, name, color, version: label.version + 1 };
}

async function checkName(
  tx: Tx,
  accountId: string,
  id: string,
  name: string | undefined,
  faults: Faults,
): Promise<void> {
  if (name === undefined) return;
  if (name.trim() === "") faults.add("name must not be empty");
  const holder = await findLabelByName(tx, accountId, labelKey(name));
  if (holder !== undefined && holder.id !== id) faults.add("name is already used");
}

/** Tickets that the deletion itself takes the label off; the rest is a job's, so that a busy label deletes at once. */
const AT_ONCE = 200;

/** Deletes a label. It comes off its tickets without moving them (K4): a few now, the rest by a job. */
export async function deleteLabel(tx: Tx, accountId: string, id: string): Promise<void> {
  if ((await lockLabel(tx, accountId, id)) === undefined) throw new NotFound();
  await deleteLabelRow(tx, accountId, id);
  await continueRemoval(tx, accountId, id);
}

/** Takes a deleted label off some more tickets, and enqueues itself while there may be more. */
export async function continueRemoval(tx: Tx, accountId: string, labelId: string): Promise<void> {
  const removed = await removeLabelFromTickets(tx, accountId, labelId, AT_ONCE);
  if (removed === AT_ONCE) await enqueue(tx, accountId, { kind: "remove-label", payload: { label_id: labelId } });
}
