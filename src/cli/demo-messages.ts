import type { MessageType, TicketType } from "../domain/states.ts";
import { HOUR } from "../domain/time.ts";
import { summaryWith } from "../desk/ticket-summary.ts";
import { messageEntry } from "../storage/search-entries.ts";
import {
  type MessageRow,
  NO_DELIVERY,
  NO_MAIL_OPTIONS,
  NO_ROUTE,
  OF_TICKET,
  type TicketRow,
} from "../storage/schema.ts";
import type { DemoBatch } from "./demo-batch.ts";
import { DEMO_FILES } from "./demo-files.ts";
import { AGENTS, INBOXES, type Person } from "./demo-people.ts";
import type { Random } from "./demo-random.ts";
import { type Problem, type Slots, agentReply, customerFollowUp, firstMessage, internalNote } from "./demo-text.ts";

/** What is fixed about a ticket before anybody writes. */
export interface Facts {
  accountId: string;
  ticketId: string;
  at: number;
  until: number;
  type: TicketType;
  subject: string | null;
  problem: Problem;
  slots: Slots;
  spam: boolean;
  /** Which of `INBOXES` it came to. */
  inbox: number;
  customerId: string;
  person: Person;
}

export interface Conversation {
  summary: Pick<TicketRow, "summary" | "summary_type">;
  /** How often a message changed the ticket after its creation. */
  changes: number;
  /** The moment of the last message. */
  last: number;
  /** That of the last one that somebody should read; 0 without any. */
  news: number;
  /** Whether an agent wrote. */
  answered: boolean;
}

interface Desk {
  ids: { at(milliseconds: number): string };
  users: readonly string[];
  /** Which of `AGENTS` has the ticket. */
  agent: number;
}

type Turn = "in" | "out" | "note";

/** How many messages a ticket has, from one to eight: three on average. */
const COUNTS = [18, 25, 24, 15, 9, 5, 2.5, 1.5];

/** Writes the messages of a ticket into the batch, with their events, attachments and search entries. */
export function talk(batch: DemoBatch, random: Random, facts: Facts, desk: Desk): Conversation {
  const story: Conversation = {
    summary: { summary: null, summary_type: null },
    changes: 0,
    last: facts.at,
    news: 0,
    answered: false,
  };
  const wanted = facts.spam ? 1 : random.pickWeight(COUNTS) + 1;
  let turn = firstTurn(random, facts);
  let replies = 0;
  record(batch, facts, desk, { kind: "ticket.created", at: facts.at, userId: null, messageId: null });
  for (let index = 0; index < wanted; index += 1) {
    if (index > 0) {
      turn = nextTurn(random, turn);
      const at = story.last + random.wait(turn === "in" ? 14 * HOUR : turn === "out" ? 4 * HOUR : HOUR);
      if (at >= facts.until) break;
      story.last = at;
      story.changes += 1;
    }
    if (turn === "out") replies += 1;
    const message = write(random, facts, desk, { turn, at: story.last, opening: index === 0, first: replies === 1 });
    story.answered ||= turn !== "in";
    if (turn !== "out") story.news = story.last;
    Object.assign(story.summary, summaryWith(story.summary, message));
    batch.messages.push(message);
    batch.entries.push(messageEntry({ id: facts.ticketId, subject: facts.subject }, message));
    if (turn === "in" && random.chance(0.05)) attach(batch, random, message, desk);
    record(batch, facts, desk, {
      kind: "message.created",
      at: story.last,
      userId: message.user_id,
      messageId: message.id,
    });
  }
  return story;
}

function firstTurn(random: Random, { type, spam }: Facts): Turn {
  if (type === "call" || type === "phone") return "note";
  return !spam && random.chance(0.04) ? "out" : "in";
}

function nextTurn(random: Random, last: Turn): Turn {
  const turns = ["in", "out", "note"] as const;
  const weights = { in: [8, 78, 14], out: [76, 11, 13], note: [25, 70, 5] };
  return turns[random.pickWeight(weights[last])] ?? "in";
}

interface Turned {
  turn: Turn;
  at: number;
  opening: boolean;
  /** Whether it is the first reply of an agent. */
  first: boolean;
}

function write(random: Random, facts: Facts, desk: Desk, turned: Turned): MessageRow {
  const { turn, at } = turned;
  const { person, type } = facts;
  const inbox = INBOXES[facts.inbox]?.address ?? null;
  const author = random.chance(0.12) ? random.below(AGENTS.length) : desk.agent;
  const agent = AGENTS[author] ?? AGENTS[0];
  const paragraphs = compose(random, facts, turned, agent.first);
  const htmlized = turn !== "note" && type === "email" && random.chance(0.25);
  const address = addressOf(person, type);
  const id = desk.ids.at(at);
  const row: MessageRow = {
    account_id: facts.accountId,
    id,
    ticket_id: facts.ticketId,
    type: (turn === "note" ? "note" : "reply") satisfies MessageType,
    direction: turn === "note" ? null : turn,
    from_name: turn === "in" ? person.name : `${agent.first} ${agent.last}`,
    from: turn === "in" ? address : null,
    to: turn === "out" ? address : turn === "in" && type === "email" ? inbox : null,
    cc: null,
    body: htmlized ? toHtml(paragraphs) : paragraphs.join("\n\n"),
    htmlized: htmlized ? 1 : 0,
    more_body: null,
    user_id: turn === "in" ? null : (desk.users[author] ?? null),
    delivery_state: turn === "out" ? "sent" : null,
    mail_id: turn !== "note" && type === "email" ? `${id}@${turn === "in" ? "mail" : "rosewater"}.example` : null,
    ...NO_ROUTE,
    ...NO_MAIL_OPTIONS,
    ...NO_DELIVERY,
    sent_at: turn === "out" ? at : null,
    version: 1,
    created_at: at,
  };
  return row;
}

function compose(random: Random, facts: Facts, { turn, opening, first }: Turned, agent: string): string[] {
  const { problem, slots, person } = facts;
  if (opening && turn !== "out") return firstMessage(random, problem, slots, person.name);
  if (turn === "note") return internalNote(random, slots);
  if (turn === "in") return customerFollowUp(random, slots, person.name);
  return agentReply(random, problem, slots, { agent, customer: person.first ?? person.name, first });
}

/** Where the customer writes from on that channel. */
function addressOf({ contacts, name }: Person, type: TicketType): string {
  const wanted = type.startsWith("twitter") ? "twitter" : ["sms", "whatsapp"].includes(type) ? "phone" : "email";
  return (contacts.find((contact) => contact.type === wanted) ?? contacts[0])?.value ?? name;
}

function toHtml(paragraphs: readonly string[]): string {
  const escape = (text: string): string =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return paragraphs.map((text) => `<p>${escape(text).replaceAll("\n", "<br>")}</p>`).join("\n");
}

function attach(batch: DemoBatch, random: Random, message: MessageRow, { ids }: Desk): void {
  const { name, type, bytes, hash } = random.pick(DEMO_FILES);
  const place = { account_id: message.account_id, id: ids.at(message.created_at), message_id: message.id, position: 0 };
  const bytesOf = { name, type, size: bytes.byteLength, hash, content_id: null, inline: 0 as const };
  batch.attachments.push({ ...place, ...bytesOf, created_at: message.created_at });
}

interface Happening {
  kind: "ticket.created" | "message.created";
  at: number;
  userId: string | null;
  messageId: string | null;
}

function record(
  batch: DemoBatch,
  { accountId, ticketId }: Facts,
  { ids }: Desk,
  { kind, at, userId, messageId }: Happening,
): void {
  const what = { kind, ticket_id: ticketId, message_id: messageId, token_id: null, user_id: userId, changes: null };
  batch.events.push({ account_id: accountId, id: ids.at(at), position: 0, ...what, created_at: at, ...OF_TICKET });
}
