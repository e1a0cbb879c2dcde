import type { Faults } from "../domain/faults.ts";
import { findAccount, updateAccount as updateRow } from "../storage/accounts.ts";
import { NotFound } from "../domain/errors.ts";
import type { Tx } from "../storage/database.ts";
import type { AccountRow } from "../storage/schema.ts";

export type AccountChanges = Partial<
  Pick<AccountRow, "name" | "credits_per_minute" | "requests_per_second" | "undo_seconds">
>;

/** Changes a help desk's name or limits; 0 stands for no limit. Returns the account as it is then. */
export async function updateAccount(
  tx: Tx,
  accountId: string,
  changes: AccountChanges,
  faults: Faults,
): Promise<AccountRow> {
  if (changes.name?.trim() === "") faults.add("name must not be empty");
  faults.throwIfAny();
  await updateRow(tx, accountId, changes);
  const account = await findAccount(tx, accountId);
  if (account === undefined) throw new NotFound();
  return account;
}
