import type { Message, TicketRow } from "../../api/types.ts";
import { customerName } from "../../api/names.ts";
import { type Address, readAddresses, sameAddress, without } from "./addresses.ts";

export interface Recipients {
  to: Address[];
  cc: Address[];
}

type Asked = { ticket: TicketRow; messages: readonly Message[] };

/** Whom a reply goes to: where answers are asked to go, else who wrote last, else the customer's first address. */
export function replyRecipients({ ticket, messages }: Asked): Recipients {
  const last = lastFromCustomer(messages);
  const asked = readAddresses(ticket.reply_to).addresses;
  if (asked.length > 0) return { to: asked.map((each) => named(each, ticket)), cc: [] };
  const from = last === undefined ? [] : readAddresses(last.from).addresses;
  if (last !== undefined && from.length > 0) {
    return {
      to: from.map((each) => (each.name === "" ? named({ ...each, name: last.from_name }, ticket) : each)),
      cc: [],
    };
  }
  const contact = ticket.customer.contacts.find(({ type }) => type === "email");
  return { to: contact === undefined ? [] : [{ name: customerName(ticket.customer), address: contact.value }], cc: [] };
}

/** The same, and everybody else who was on the customer's last mail or usually gets a copy; never ourselves. */
export function replyAllRecipients(asked: Asked, own: readonly string[]): Recipients {
  const { to } = replyRecipients(asked);
  const last = lastFromCustomer(asked.messages);
  const others = [last?.from, last?.to, last?.cc, asked.ticket.reply_cc].flatMap(
    (text) => readAddresses(text).addresses,
  );
  const unique = others.filter(
    ({ address }, index) => others.findIndex((other) => sameAddress(other.address, address)) === index,
  );
  return { to, cc: without(unique, to).filter(({ address }) => !isOwn(address, own)) };
}

function lastFromCustomer(messages: readonly Message[]): Extract<Message, { type: "reply" }> | undefined {
  return messages.findLast((message) => message.type === "reply" && message.direction === "in") as
    | Extract<Message, { type: "reply" }>
    | undefined;
}

/** `help+tag@x` is `help@x` (RFC 5233). */
function isOwn(address: string, own: readonly string[]): boolean {
  const bare = address.replace(/\+[^@]*@/, "@");
  return own.some((each) => sameAddress(each, address) || sameAddress(each, bare));
}

/** The customer's name on their own address. */
function named(address: Address, { customer }: TicketRow): Address {
  if (address.name !== "") return address.name === address.address ? { ...address, name: "" } : address;
  const isTheirs = customer.contacts.some(({ value }) => sameAddress(value, address.address));
  const name = isTheirs ? customerName(customer) : "";
  return { ...address, name: name === address.address ? "" : name };
}

/** "Fwd: " in front, once. */
export function forwardSubject(subject: string | null): string {
  const bare = (subject ?? "").replace(/^(?:\s*(?:fwd?|wg|tr)\s*:)+\s*/i, "");
  return `Fwd: ${bare}`.trim();
}
