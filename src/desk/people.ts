// Longer than most: every rule of who may do what to whom stands together.
import { contactKey, isEmailAddress } from "../domain/contact-values.ts";
import { NotAllowed, NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { type SignedInUser, isAtLeast } from "../domain/roles.ts";
import type { UserRole } from "../domain/states.ts";
import { now } from "../domain/time.ts";
import { type AuditedBy, recordAudit } from "../storage/audit-entries.ts";
import type { Tx } from "../storage/database.ts";
import { findInboxes } from "../storage/inboxes.ts";
import { deleteOpenKeysOf } from "../storage/one-time-keys.ts";
import type { UserRow } from "../storage/schema.ts";
import { deleteSessionsOf } from "../storage/sessions.ts";
import { type UserChanges, findUserByEmail, lockOwners, lockUser, updateUser } from "../storage/users.ts";
import { createUser } from "./create-user.ts";
import type { Precondition } from "./precondition.ts";

/** Who changes people: a person by their own rights, or a token (null), which may do everything. */
export type Changer = AuditedBy & { user: SignedInUser | null };

export interface PersonInput {
  email?: string;
  first_name?: string | null;
  last_name?: string | null;
  role?: UserRole;
  /** Null: all. */
  inbox_ids?: readonly string[] | null;
  disabled?: boolean;
}

/** Adds a person, who cannot sign in before they were invited. */
export async function createPerson(tx: Tx, by: Changer, input: PersonInput, faults: Faults): Promise<UserRow> {
  const role = input.role ?? "agent";
  refuseAbove(by, role);
  await checkInboxes(tx, by.account.id, input.inbox_ids, faults);
  const { first_name = null, last_name = null, email = "", inbox_ids = null } = input;
  const user = await createUser(tx, by.account.id, { first_name, last_name, email, role, inbox_ids }, faults);
  await recordAudit(tx, by, { action: "person.created", subject: user.id, details: { email: user.email, role } });
  return user;
}

/**
 * Changes a person. Nobody gives or takes away more than they have themselves, and an owner is left. Who is disabled stays
 * as the author of what they wrote, and their sessions end.
 */
export async function updatePerson(
  tx: Tx,
  by: Changer,
  id: string,
  input: PersonInput,
  faults: Faults,
  precondition: Precondition,
): Promise<UserRow> {
  const owners = await lockOwners(tx, by.account.id);
  const user = await lockUser(tx, by.account.id, id);
  if (user === undefined) throw new NotFound();
  refuseAbove(by, user.role);
  refuseAbove(by, input.role ?? user.role);
  precondition(user.version);
  const changes = changesOf(user, input);
  await checkEmail(tx, user, changes.email, faults);
  await checkInboxes(tx, by.account.id, input.inbox_ids, faults);
  const last = owners.length === 1 && owners[0] === id;
  if (last && changes.role !== undefined) faults.add("role must stay owner: nobody else owns the help desk");
  if (changes.disabled_at != null) {
    if (last) faults.add("disabled must stay false: nobody else owns the help desk");
    else if (by.user?.id === id) faults.add("disabled must stay false: nobody can disable themselves");
  }
  faults.throwIfAny();
  if (Object.keys(changes).length === 0) return user;
  const changed = await updateUser(tx, by.account.id, id, changes);
  if (changes.disabled_at != null) {
    await deleteSessionsOf(tx, by.account.id, id, null);
    await deleteOpenKeysOf(tx, by.account.id, id);
  }
  // A link that went to the old address must not open the account of the new one.
  if (changes.email_key !== undefined) await deleteOpenKeysOf(tx, by.account.id, id);
  await recordAudit(tx, by, { action: actionOf(changes), subject: id, details: detailsOf(user, changes) });
  return changed;
}

/**
 * Hands the help desk over: the other is an owner then, and who does it an admin. Both at once, so that there is no moment
 * with two, or with none.
 */
export async function handOver(tx: Tx, by: Changer, userId: string, faults: Faults): Promise<UserRow> {
  const self = by.user?.id ?? "";
  await lockOwners(tx, by.account.id);
  const heir = await lockUser(tx, by.account.id, userId);
  const owner = await lockUser(tx, by.account.id, self);
  if (heir === undefined || owner?.role !== "owner") throw new NotFound();
  if (userId === self) faults.add("user_id must be another person");
  if (heir.disabled_at !== null) faults.add("disabled must be false before somebody can own the help desk");
  if (heir.password_hash === null) faults.add("invitation must be accepted before somebody can own the help desk");
  faults.throwIfAny();
  const changed = await updateUser(tx, by.account.id, userId, { role: "owner" });
  await updateUser(tx, by.account.id, self, { role: "admin" });
  const details = { from: self, to: userId };
  await recordAudit(tx, by, { action: "person.handed_over", subject: userId, details });
  return changed;
}

/** 403 for who would touch somebody above them, or put somebody there. */
export function refuseAbove({ user }: Changer, role: UserRole): void {
  if (user !== null && !isAtLeast(user.role, role)) {
    throw new NotAllowed(`Forbidden: this is about the role ${role}; yours is ${user.role}`);
  }
}

function changesOf(user: UserRow, input: PersonInput): UserChanges {
  const wanted: UserChanges = {
    ...(input.first_name !== undefined && { first_name: input.first_name }),
    ...(input.last_name !== undefined && { last_name: input.last_name }),
    ...(input.email !== undefined && { email: input.email.trim(), email_key: contactKey("email", input.email) }),
    ...(input.role !== undefined && { role: input.role }),
    ...(input.inbox_ids !== undefined && {
      inbox_ids: input.inbox_ids === null ? null : JSON.stringify([...new Set(input.inbox_ids)]),
    }),
    ...(input.disabled !== undefined &&
      input.disabled !== (user.disabled_at !== null) && { disabled_at: input.disabled ? now() : null }),
  };
  const differing = Object.entries(wanted).filter(([name, value]) => user[name as keyof UserRow] !== value);
  return Object.fromEntries(differing) as UserChanges;
}

/** A person's own email, or another's: an address, and nobody else's in the account. */
export async function checkEmail(tx: Tx, user: UserRow, email: string | undefined, faults: Faults): Promise<void> {
  if (email === undefined) return;
  if (!isEmailAddress(email)) {
    faults.add("email must be an email address, such as ruby@example.com");
    return;
  }
  const holder = await findUserByEmail(tx, user.account_id, contactKey("email", email));
  if (holder !== undefined && holder.id !== user.id) faults.add("email is already used");
}

async function checkInboxes(
  tx: Tx,
  accountId: string,
  ids: readonly string[] | null | undefined,
  faults: Faults,
): Promise<void> {
  const found = new Set((await findInboxes(tx, accountId, ids ?? [])).map(({ id }) => id));
  for (const [index, id] of (ids ?? []).entries()) {
    if (!found.has(id)) faults.add(`inbox_ids[${index}] must be the id of an inbox`);
  }
}

function actionOf({ disabled_at }: UserChanges): string {
  return disabled_at === undefined ? "person.updated" : disabled_at === null ? "person.enabled" : "person.disabled";
}

/** Old value first, as in events. */
function detailsOf(user: UserRow, changes: UserChanges): Record<string, unknown> {
  const shown = Object.entries(changes).filter(([name]) => !["email_key", "disabled_at"].includes(name));
  return Object.fromEntries(shown.map(([name, value]) => [name, [user[name as keyof UserRow], value]]));
}
