import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { checkPassword } from "../domain/passwords.ts";
import type { Reader } from "../storage/database.ts";
import type { UserRow } from "../storage/schema.ts";
import { findUser } from "../storage/users.ts";
import type { Call } from "./call.ts";
import type { ApiContext } from "./router.ts";

/** Who is signed in, as they are stored. */
export async function signedInUser(
  reader: Reader,
  { account, user }: Pick<Call, "account" | "user">,
): Promise<UserRow> {
  const found = user === null ? undefined : await findUser(reader, account.id, user.id);
  if (found === undefined) throw new NotFound();
  return found;
}

/**
 * Adds a fault unless `password` is that of who is signed in, and makes who tries again and again wait (429). Who has none
 * needs to give none.
 */
export async function checkOwnPassword(
  { throttle }: Pick<ApiContext, "throttle">,
  { address }: Call,
  user: UserRow,
  { field, password }: { field: string; password: string | undefined },
  faults: Faults,
): Promise<void> {
  if (user.password_hash === null || faults.names(field)) return;
  if (password === undefined) {
    faults.add(`${field} is required: your password as it is now`);
    return;
  }
  const person = `own ${user.account_id} ${user.id}`;
  throttle.take(address, person);
  if (await checkPassword(password, user.password_hash)) throttle.succeeded(address, person);
  else faults.add(`${field} must be your password as it is now`);
}
