export interface RecentTicket {
  id: string;
  number: number;
  subject: string;
}

const MOST = 8;

/** The tickets opened last, newest first, for the palette. Gone with the page: nothing of a ticket is kept in the browser. */
let recent: readonly RecentTicket[] = [];

export function readRecent(): readonly RecentTicket[] {
  return recent;
}

export function noteRecent(ticket: RecentTicket): void {
  recent = [ticket, ...recent.filter(({ id }) => id !== ticket.id)].slice(0, MOST);
}
