import { contactKey, isEmailAddress } from "../domain/contact-values.ts";
import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import type { UserRole } from "../domain/states.ts";
import { now } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import { NEW_USER, type UserRow } from "../storage/schema.ts";
import { insertUser } from "../storage/users.ts";

export interface UserInput {
  first_name?: string | null;
  last_name?: string | null;
  email: string;
  role?: UserRole;
  /** As `hashPassword` makes it; null for a user who cannot sign in by password. */
  password_hash?: string | null;
  /** The inboxes whose tickets they see; null for all. */
  inbox_ids?: readonly string[] | null;
}

/** Adds a person to the account. Their email is theirs alone within it. */
export async function createUser(tx: Tx, accountId: string, input: UserInput, faults: Faults): Promise<UserRow> {
  if (!isEmailAddress(input.email)) faults.add("email must be an email address, such as ruby@example.com");
  faults.throwIfAny();
  const user: UserRow = {
    account_id: accountId,
    id: newId(),
    first_name: input.first_name ?? null,
    last_name: input.last_name ?? null,
    email: input.email.trim(),
    email_key: contactKey("email", input.email),
    role: input.role ?? "agent",
    password_hash: input.password_hash ?? null,
    version: 1,
    created_at: now(),
    ...NEW_USER,
    inbox_ids: input.inbox_ids == null ? null : JSON.stringify([...new Set(input.inbox_ids)]),
  };
  if (!(await insertUser(tx, user))) faults.add("email is already used");
  faults.throwIfAny();
  return user;
}
