/** What someone does with a ticket that they have open; the later wins over the earlier. */
export const PRESENCE_STATES = ["viewing", "replying"] as const;
export type PresenceState = (typeof PRESENCE_STATES)[number];

/** One of a user's browser tabs that has a ticket open. */
export interface Presence {
  ticketId: string;
  userId: string;
  tab: string;
  state: PresenceState;
}

export interface PresentUser {
  id: string;
  state: PresenceState;
}

/** Who is at each ticket, by its id: several tabs of a user are one, and who replies in any of them is replying. */
export function presentUsers(presences: readonly Presence[]): Map<string, PresentUser[]> {
  const tickets = new Map<string, Map<string, PresenceState>>();
  for (const { ticketId, userId, state } of presences) {
    const users = tickets.get(ticketId) ?? new Map<string, PresenceState>();
    if (users.get(userId) !== "replying") users.set(userId, state);
    tickets.set(ticketId, users);
  }
  const listed = (users: ReadonlyMap<string, PresenceState>): PresentUser[] =>
    [...users].map(([id, state]) => ({ id, state })).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return new Map([...tickets].map(([ticketId, users]) => [ticketId, listed(users)]));
}
