import { askJson } from "../load/ask.ts";
import type { DataSet } from "../data/data-set.ts";

export interface ReadPaths {
  token: string;
  paths: string[];
}

/** Tickets that are asked for in turn, so that neither engine nor processor has the same one at hand each time. */
const TICKETS = 500;
const PER_PAGE = 100;

interface Ticket {
  id: string;
  user_id: string | null;
}

/** What is asked for of the largest account: many tickets, lists of every user's; and tickets with much embedded. */
export async function readPaths(url: string, { accounts }: DataSet): Promise<Record<string, ReadPaths>> {
  const token = accounts[0]?.token ?? "";
  const tickets: Ticket[] = [];
  for (let page = 1; tickets.length < TICKETS && page * PER_PAGE <= 10_000; page += 7) {
    const found = await askJson<Ticket[]>(url, token, `/api/v1/tickets?per_page=${PER_PAGE}&page=${page}`);
    tickets.push(...found);
  }
  const users = [...new Set(tickets.flatMap(({ user_id }) => user_id ?? []))];
  const lists = users.map((user) => `/api/v1/tickets?user_id=${user}&state=closed&sort=-updated_at`);
  const writes = accounts.at(-1)?.token ?? "";
  const long = await askJson<Ticket[]>(url, writes, "/api/v1/tickets?sort=created_at&per_page=40");
  return {
    get: { token, paths: tickets.map(({ id }) => `/api/v1/tickets/${id}`) },
    list10: { token, paths: lists.map((path) => `${path}&per_page=10`) },
    list100: { token, paths: lists.map((path) => `${path}&per_page=100`) },
    embed: { token: writes, paths: long.map(({ id }) => `/api/v1/tickets/${id}?embed=customer,labels,messages`) },
  };
}
