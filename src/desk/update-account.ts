import type { Faults } from "../domain/faults.ts";
import { findAccount, lockAccount, updateAccount as updateRow } from "../storage/accounts.ts";
import { NotFound } from "../domain/errors.ts";
import type { Tx } from "../storage/database.ts";
import type { AccountRow } from "../storage/schema.ts";
import { ANY_VERSION } from "./precondition.ts";

export type AccountChanges = Partial<
  Pick<AccountRow, "name" | "credits_per_minute" | "requests_per_second" | "undo_seconds">
>;

/** Changes a help desk's name or limits; 0 stands for no limit. Returns the account as it is then. */
export async function updateAccount(
  tx: Tx,
  accountId: string,
  changes: AccountChanges,
  faults: Faults,
  precondition = ANY_VERSION,
): Promise<AccountRow> {
  const before = await lockAccount(tx, accountId);
  if (before === undefined) throw new NotFound();
  precondition(before.version);
  if (changes.name?.trim() === "") faults.add("name must not be empty");
  faults.throwIfAny();
  const isSame = Object.entries(changes).every(([name, value]) => before[name as keyof AccountRow] === value);
  if (isSame) return before;
  await updateRow(tx, accountId, changes);
  return (await findAccount(tx, accountId)) ?? before;
}
