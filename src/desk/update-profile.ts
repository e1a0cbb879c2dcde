import { contactKey } from "../domain/contact-values.ts";
import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import type { Notifications } from "../domain/states.ts";
import { type AuditedBy, recordAudit } from "../storage/audit-entries.ts";
import type { Tx } from "../storage/database.ts";
import { deleteOpenKeysOf } from "../storage/one-time-keys.ts";
import type { UserRow } from "../storage/schema.ts";
import { type UserChanges, lockUser, updateUser } from "../storage/users.ts";
import { checkTemplate } from "./inbox-mail.ts";
import { checkEmail } from "./people.ts";
import type { Precondition } from "./precondition.ts";
import { SIGNATURE_VARIABLES } from "./signatures.ts";

export interface ProfileInput {
  first_name?: string | null;
  last_name?: string | null;
  email?: string;
  signature?: string | null;
  preferences?: Record<string, unknown>;
  notifications?: Notifications;
}

const PREFERENCES_LIMIT = 16 * 1024;

/** Changes what people may change of themselves. */
export async function updateProfile(
  tx: Tx,
  by: AuditedBy,
  userId: string,
  input: ProfileInput,
  faults: Faults,
  precondition: Precondition,
): Promise<UserRow> {
  const user = await lockUser(tx, by.account.id, userId);
  if (user === undefined) throw new NotFound();
  precondition(user.version);
  await checkEmail(tx, user, input.email, faults);
  checkTemplate(input.signature, SIGNATURE_VARIABLES, "signature", faults);
  const preferences = input.preferences === undefined ? undefined : JSON.stringify(input.preferences);
  if (preferences !== undefined && Buffer.byteLength(preferences) > PREFERENCES_LIMIT) {
    faults.add(`preferences must have at most ${PREFERENCES_LIMIT} bytes as JSON`);
  }
  faults.throwIfAny();
  const { first_name, last_name, email, signature, notifications } = input;
  const wanted: UserChanges = {
    ...(first_name !== undefined && { first_name }),
    ...(last_name !== undefined && { last_name }),
    ...(email !== undefined && { email: email.trim(), email_key: contactKey("email", email) }),
    ...(signature !== undefined && { signature }),
    ...(preferences !== undefined && { preferences }),
    ...(notifications !== undefined && { notifications }),
  };
  const changes = Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => user[name as keyof UserRow] !== value),
  ) as UserChanges;
  if (Object.keys(changes).length === 0) return user;
  const changed = await updateUser(tx, by.account.id, userId, changes);
  if (changes.email_key !== undefined) {
    await deleteOpenKeysOf(tx, by.account.id, userId);
    const details = { email: [user.email, changed.email] };
    await recordAudit(tx, by, { action: "person.updated", subject: userId, details });
  }
  return changed;
}
