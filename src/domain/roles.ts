import type { UserRole } from "./states.ts";

/** A person who is signed in, as far as rights go. */
export interface SignedInUser {
  id: string;
  role: UserRole;
  /** The inboxes whose tickets they see; null for all. */
  inboxIds: readonly string[] | null;
}

const RANKS: Record<UserRole, number> = { read_only: 0, agent: 1, admin: 2, owner: 3 };

/** Whether a role has at least the rights of another. */
export function isAtLeast(role: UserRole, least: UserRole): boolean {
  return RANKS[role] >= RANKS[least];
}

/** `users.inbox_ids` as a list; null means all. Who runs the help desk sees all of it, whatever stands there. */
export function visibleInboxes(role: UserRole, inboxIds: string | null): readonly string[] | null {
  if (inboxIds === null || isAtLeast(role, "admin")) return null;
  return JSON.parse(inboxIds) as string[];
}
