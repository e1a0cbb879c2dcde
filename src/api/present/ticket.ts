import { breathe } from "../../domain/breathe.ts";
import { formatTime } from "../../domain/time.ts";
import { listEmailAddresses } from "../../storage/contacts.ts";
import type { Reader } from "../../storage/database.ts";
import type { TicketRow } from "../../storage/schema.ts";
import { labelIdsOf } from "../../storage/tickets.ts";
import { EMBED_NAMES, type Embed } from "../conventions/embed.ts";
import { type Resource, type ResourceFields, pickFields } from "../conventions/fields.ts";
import { loadEmbeds } from "./embeds.ts";
import { TICKET_MARKS, loadMarks } from "./ticket-marks.ts";

const FIELDS: ResourceFields = {
  documented: [
    "id",
    "number",
    "user_id",
    "state",
    "snoozed_until",
    "subject",
    "label_ids",
    "customer_id",
    "type",
    "inbox_id",
    "spam",
    "trash",
    "reply_to",
    "reply_cc",
    "updated_at",
    "created_at",
    "summary",
  ],
  extra: ["version", "merged_into", "split_from", "linked_to", ...TICKET_MARKS],
};

/**
 * Tickets as the API shows them, with what is embedded and what `fields` names besides: batched queries for each (R3).
 * `viewerId` is who is signed in; null for a token.
 */
export async function presentTickets(
  reader: Reader,
  accountId: string,
  tickets: readonly TicketRow[],
  embeds: ReadonlySet<Embed>,
  asked: ReadonlySet<string> | null,
  viewerId: string | null = null,
): Promise<Resource[]> {
  const present = async (some: readonly TicketRow[]): Promise<Resource[]> =>
    await presentTogether(reader, accountId, some, embeds, asked, viewerId);
  if (embeds.size === 0 || tickets.length <= TOGETHER) return await present(tickets);
  const resources: Resource[] = [];
  for (let start = 0; start < tickets.length; start += TOGETHER) {
    resources.push(...(await present(tickets.slice(start, start + TOGETHER))));
    await breathe();
  }
  return resources;
}

/** So many tickets with all that is embedded in them are read and shown in one go: a few milliseconds. */
const TOGETHER = 20;

async function presentTogether(
  reader: Reader,
  accountId: string,
  tickets: readonly TicketRow[],
  embeds: ReadonlySet<Embed>,
  asked: ReadonlySet<string> | null,
  viewerId: string | null,
): Promise<Resource[]> {
  const addresses = await replyAddresses(reader, accountId, tickets, asked);
  const embedded = embeds.size === 0 ? null : await loadEmbeds(reader, accountId, tickets, embeds);
  // Without `fields` nothing but what is documented is shown, and need not be narrowed down.
  if (asked === null) {
    return tickets.map((ticket) => {
      const fields = documentedFields(ticket, addresses.get(ticket.customer_id) ?? null);
      return embedded === null ? fields : Object.assign(fields, embedded(ticket));
    });
  }
  const marks = await loadMarks(reader, accountId, viewerId, tickets, asked);
  return tickets.map((ticket) => {
    const fields = documentedFields(ticket, addresses.get(ticket.customer_id) ?? null);
    const resource = { ...fields, ...extraFields(ticket), ...marks(ticket), ...embedded?.(ticket) };
    return pickFields(resource, FIELDS, asked, EMBED_NAMES);
  });
}

export async function presentTicket(
  reader: Reader,
  accountId: string,
  ticket: TicketRow,
  embeds: ReadonlySet<Embed>,
  asked: ReadonlySet<string> | null,
  viewerId: string | null = null,
): Promise<Resource> {
  const [resource = {}] = await presentTickets(reader, accountId, [ticket], embeds, asked, viewerId);
  return resource;
}

function documentedFields(ticket: TicketRow, address: string | null): Resource {
  return {
    id: ticket.id,
    number: ticket.number,
    user_id: ticket.user_id,
    state: ticket.state,
    snoozed_until: ticket.snoozed_until === null ? null : formatTime(ticket.snoozed_until),
    subject: ticket.subject,
    label_ids: labelIdsOf(ticket),
    customer_id: ticket.customer_id,
    type: ticket.type,
    inbox_id: ticket.inbox_id,
    spam: ticket.spam === 1,
    trash: ticket.trash === 1,
    reply_to: ticket.reply_to ?? (ticket.type === "email" ? address : null),
    reply_cc: ticket.reply_cc,
    updated_at: formatTime(ticket.updated_at),
    created_at: formatTime(ticket.created_at),
    summary: ticket.summary,
  };
}

function extraFields({ version, merged_into, split_from, linked_to }: TicketRow): Resource {
  return { version, merged_into, split_from, linked_to };
}

/** The first email address of the customers of tickets that have no `reply_to` of their own (K1). */
async function replyAddresses(
  reader: Reader,
  accountId: string,
  tickets: readonly TicketRow[],
  asked: ReadonlySet<string> | null,
): Promise<ReadonlyMap<string, string>> {
  if (asked !== null && !asked.has("reply_to")) return NO_ADDRESSES;
  const ids = new Set<string>();
  for (const { type, reply_to, customer_id } of tickets) {
    if (type === "email" && reply_to === null) ids.add(customer_id);
  }
  if (ids.size === 0) return NO_ADDRESSES;
  const addresses = new Map<string, string>();
  for (const { customer_id, value } of await listEmailAddresses(reader, accountId, [...ids])) {
    if (!addresses.has(customer_id)) addresses.set(customer_id, value.trim());
  }
  return addresses;
}

const NO_ADDRESSES: ReadonlyMap<string, string> = new Map();
