import type { Reader } from "../../storage/database.ts";
import { findCustomers } from "../../storage/customers.ts";
import { findInboxes } from "../../storage/inboxes.ts";
import { findLabels } from "../../storage/labels.ts";
import { listMessagesOf } from "../../storage/messages.ts";
import type { TicketRow } from "../../storage/schema.ts";
import { labelIdsOf } from "../../storage/tickets.ts";
import { findUsers } from "../../storage/users.ts";
import type { Embed } from "../conventions/embed.ts";
import type { Resource } from "../conventions/fields.ts";
import { presentCustomers } from "./customer.ts";
import { presentInbox } from "./inbox.ts";
import { presentLabel } from "./label.ts";
import { presentMessages } from "./message.ts";
import { presentUser } from "./user.ts";

type Loader = (
  reader: Reader,
  accountId: string,
  tickets: readonly TicketRow[],
) => Promise<(ticket: TicketRow) => unknown>;

/** How each embed is loaded: one batched query for all tickets, then a look-up for each. */
const LOADERS: Record<Embed, Loader> = {
  async user(reader, accountId, tickets) {
    const users = await findUsers(reader, accountId, idsOf(tickets, "user_id"));
    const byId = new Map(users.map((user) => [user.id, presentUser(user, null)]));
    return ({ user_id }) => (user_id === null ? null : (byId.get(user_id) ?? null));
  },
  async inbox(reader, accountId, tickets) {
    const inboxes = await findInboxes(reader, accountId, idsOf(tickets, "inbox_id"));
    const byId = new Map(inboxes.map((inbox) => [inbox.id, presentInbox(inbox, null)]));
    return ({ inbox_id }) => byId.get(inbox_id) ?? null;
  },
  async customer(reader, accountId, tickets) {
    const customers = await findCustomers(reader, accountId, idsOf(tickets, "customer_id"));
    const presented = await presentCustomers(reader, accountId, customers, null);
    const byId = new Map(customers.map(({ id }, index) => [id, presented[index]]));
    return ({ customer_id }) => byId.get(customer_id) ?? null;
  },
  async labels(reader, accountId, tickets) {
    const labels = await findLabels(reader, accountId, [...new Set(tickets.flatMap(labelIdsOf))]);
    const byId = new Map(labels.map((label) => [label.id, presentLabel(label, null)]));
    return (ticket) => labelIdsOf(ticket).flatMap((id) => byId.get(id) ?? []);
  },
  async messages(reader, accountId, tickets) {
    const ids = tickets.map(({ id }) => id);
    const messages = await listMessagesOf(reader, accountId, ids);
    const presented = await presentMessages(reader, accountId, messages, null);
    const byTicket = Map.groupBy(presented, (_, index) => messages[index]?.ticket_id);
    return ({ id }) => byTicket.get(id) ?? [];
  },
};

/** Loads what is embedded in some tickets; the result gives the members to add to each. */
export async function loadEmbeds(
  reader: Reader,
  accountId: string,
  tickets: readonly TicketRow[],
  embeds: ReadonlySet<Embed>,
): Promise<(ticket: TicketRow) => Resource> {
  const loaded: [Embed, (ticket: TicketRow) => unknown][] = [];
  for (const embed of embeds) loaded.push([embed, await LOADERS[embed](reader, accountId, tickets)]);
  return (ticket) => Object.fromEntries(loaded.map(([embed, member]) => [embed, member(ticket)]));
}

function idsOf(tickets: readonly TicketRow[], column: "user_id" | "inbox_id" | "customer_id"): string[] {
  return [...new Set(tickets.flatMap((ticket) => ticket[column] ?? []))];
}
