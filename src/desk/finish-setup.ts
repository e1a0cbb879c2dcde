import type { Faults } from "../domain/faults.ts";
import { now } from "../domain/time.ts";
import { contactKey } from "../domain/contact-values.ts";
import type { Db, Tx } from "../storage/database.ts";
import { deleteOneTimeKey, listOpenKeys, useOneTimeKey } from "../storage/one-time-keys.ts";
import type { UserRow } from "../storage/schema.ts";
import { findUser, updateUser } from "../storage/users.ts";
import { type LinkHolder, makeLinkKey } from "./one-time-links.ts";
import { checkEmail } from "./people.ts";
import { changePassword } from "./sign-in.ts";
import { updateAccount } from "./update-account.ts";
import { createWelcomeTicket } from "./welcome-ticket.ts";

/** Keys of earlier starts that stay good: somebody may still have the page open. */
const KEYS_KEPT = 20;

/** A new key for a help desk that nobody has taken charge of yet; null when there is none. Earlier ones stay good. */
export async function makeSetupKey(db: Db): Promise<string | null> {
  const open = await listOpenKeys(db, "setup");
  const [newest] = open;
  if (newest?.user_id == null) return null;
  const { account_id, user_id } = newest;
  return await db.transact(async (tx) => {
    const owner = await findUser(tx, account_id, user_id);
    if (owner === undefined) return null;
    const old = open.filter((key) => key.account_id === account_id).slice(KEYS_KEPT - 1);
    for (const { id } of old) await deleteOneTimeKey(tx, account_id, id);
    return await makeLinkKey(tx, "setup", owner);
  });
}

export interface SetupAnswers {
  name: string;
  first_name?: string | null;
  last_name?: string | null;
  email: string;
  passwordHash: string;
}

/**
 * Makes a help desk somebody's own: its name, its owner and their password, and a first ticket that teaches the keys. Its
 * setup keys open nothing any more.
 */
export async function finishSetup(
  tx: Tx,
  { key, user }: LinkHolder,
  { name, first_name, last_name, email, passwordHash }: SetupAnswers,
  address: string,
  faults: Faults,
): Promise<UserRow> {
  await checkEmail(tx, user, email, faults);
  if (!(await useOneTimeKey(tx, key.account_id, key.id, now()))) faults.add("key was used by somebody else just now");
  await updateAccount(tx, user.account_id, { name }, faults);
  const owner = await updateUser(tx, user.account_id, user.id, {
    ...(first_name !== undefined && { first_name }),
    ...(last_name !== undefined && { last_name }),
    email: email.trim(),
    email_key: contactKey("email", email),
  });
  await createWelcomeTicket(tx, user.account_id, owner.first_name);
  return await changePassword(tx, owner, passwordHash, { address, keepSession: null, means: "setup" });
}
