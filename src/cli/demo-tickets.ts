import { composeId } from "../domain/ids.ts";
import type { TicketState, TicketType } from "../domain/states.ts";
import { DAY, HOUR, MINUTE } from "../domain/time.ts";
import { customerEntry } from "../storage/bulk-index.ts";
import { DemoBatch } from "./demo-batch.ts";
import { Calendar } from "./demo-calendar.ts";
import { type Conversation, type Facts, talk } from "./demo-messages.ts";
import { AGENTS, INBOXES, LABELS, type Person, customerOf } from "./demo-people.ts";
import { mix, Random } from "./demo-random.ts";
import { PROBLEMS, type Problem, SPAM, chooseSlots, fill } from "./demo-text.ts";

export interface DemoPlan {
  accountId: string;
  seed: number;
  tickets: number;
  until: number;
}

/** The ids of what was made before the first ticket, in the order of `demo-people.ts`. */
export interface DemoSetting {
  users: string[];
  inboxes: string[];
  labels: string[];
}

/** Gives ids that grow with time and are the same for the same seed. */
export class DemoIds {
  readonly #high: number;
  #low = 0;

  constructor(seed: number) {
    this.#high = (mix(seed + 1) & 0x7fff) * 2 ** 32;
  }

  /** The `n`-th id asked for is always the same, for the same moment. */
  at(milliseconds: number): string {
    this.#low += 1;
    return composeId(milliseconds, this.#high + this.#low);
  }
}

const PROBLEM_WEIGHTS = PROBLEMS.map(({ weight }) => weight);
const INBOX_WEIGHTS = INBOXES.map(({ weight }) => weight);
const LOADS = AGENTS.map(({ load }) => load);

/** Makes ticket after ticket, from the oldest to the newest. Remembers the ids of the customers and nothing else. */
export class DemoTickets {
  readonly #plan: DemoPlan;
  readonly #setting: DemoSetting;
  readonly #ids: DemoIds;
  readonly #calendar: Calendar;
  readonly #customers: string[] = [];

  constructor(plan: DemoPlan, setting: DemoSetting, ids: DemoIds) {
    this.#plan = plan;
    this.#setting = setting;
    this.#ids = ids;
    this.#calendar = new Calendar(plan.until);
  }

  /** The tickets from `first` up to, and without, `end`; to be called in order. */
  make(first: number, end: number): DemoBatch {
    const batch = new DemoBatch();
    for (let index = first; index < end; index += 1) this.#makeTicket(batch, index);
    return batch;
  }

  #makeTicket(batch: DemoBatch, index: number): void {
    const { accountId, seed, tickets, until } = this.#plan;
    const random = new Random(seed, 2, index);
    const at = this.#calendar.momentOf((index + random.next()) / tickets);
    const spam = random.chance(0.03);
    const problem = spam ? random.pick(SPAM) : (PROBLEMS[random.pickWeight(PROBLEM_WEIGHTS)] ?? random.pick(PROBLEMS));
    const customer = this.#chooseCustomer(batch, random, at);
    const type = chooseType(random, customer.person);
    const slots = chooseSlots(random, at);
    const subject = hasSubject(type, random) ? fill(random.pick(problem.subjects), slots) : null;
    const facts: Facts = { accountId, ticketId: this.#ids.at(at), at, until, type, subject, problem, slots, spam, ...customer };
    const agent = random.pickWeight(LOADS);
    const labels = spam ? [] : this.#chooseLabels(random, problem);
    const conversation = talk(batch, random, facts, { ids: this.#ids, users: this.#setting.users, agent });
    const end = this.#finish(batch, random, facts, conversation, labels);
    batch.tickets.push({
      account_id: accountId,
      id: facts.ticketId,
      number: 0,
      customer_id: customer.customerId,
      user_id: conversation.answered || (!spam && random.chance(0.5)) ? (this.#setting.users[agent] ?? null) : null,
      inbox_id: this.#setting.inboxes[random.pickWeight(INBOX_WEIGHTS)] ?? "",
      label_ids: JSON.stringify(labels),
      state: end.state,
      snoozed_until: end.snoozedUntil,
      subject,
      type,
      spam: spam ? 1 : 0,
      trash: !spam && random.chance(0.02) ? 1 : 0,
      reply_to: null,
      reply_cc: null,
      ...conversation.summary,
      version: conversation.changes + end.changes + 1,
      created_at: at,
      updated_at: end.at,
    });
  }

  /** A new one, or one who wrote before: the first customers write most. */
  #chooseCustomer(batch: DemoBatch, random: Random, at: number): { customerId: string; person: Person } {
    const { accountId, seed } = this.#plan;
    const known = this.#customers.length;
    const again = random.chance(0.4) ? Math.floor(known * random.next() ** 2.5) : known;
    const customerId = this.#customers[again];
    const person = customerOf(seed, again);
    if (customerId !== undefined) return { customerId, person };
    const id = this.#ids.at(at);
    this.#customers.push(id);
    const names = { first_name: person.first, last_name: person.last, summary: person.summary };
    batch.customers.push({ account_id: accountId, id, ...names, version: 1, created_at: at, updated_at: at });
    for (const [position, { type, value, key }] of person.contacts.entries()) {
      const contactId = this.#ids.at(at);
      const row = { account_id: accountId, id: contactId, customer_id: id, position, type, value, value_key: key };
      batch.contacts.push(row);
    }
    batch.entries.push(customerEntry({ id, ...names }, person.contacts));
    return { customerId: id, person };
  }

  #chooseLabels(random: Random, problem: Problem): string[] {
    const own = random.chance(0.6) ? problem.label : "";
    const chosen = LABELS.flatMap(({ name, rate }, index) => {
      const id = this.#setting.labels[index];
      return id !== undefined && (name === own || (rate > 0 && random.chance(rate))) ? [id] : [];
    });
    return random.chance(0.5) ? chosen : chosen.toReversed();
  }

  /** What happens to the ticket besides its messages: labels, and the state that it is left in. */
  #finish(batch: DemoBatch, random: Random, facts: Facts, { last }: Conversation, labels: string[]): Ending {
    const { accountId, ticketId, at, until } = facts;
    const userId = this.#setting.users[random.pickWeight(LOADS)] ?? null;
    const record = (kind: "ticket.updated" | "ticket.labeled", moment: number, changes: object): void => {
      const who = { token_id: null, user_id: userId };
      const what = { kind, ticket_id: ticketId, message_id: null, changes: JSON.stringify(changes) };
      batch.events.push({ account_id: accountId, id: this.#ids.at(moment), position: 0, ...what, ...who, created_at: moment });
    };
    const end: Ending = { state: "open", snoozedUntil: null, changes: 0, at: last };
    if (labels.length > 0) {
      const labelled = Math.min(at + random.wait(20 * MINUTE), until - 1);
      for (const label_id of labels) batch.labels.push({ account_id: accountId, label_id, ticket_id: ticketId });
      record("ticket.labeled", labelled, { label_ids: ["[]", JSON.stringify(labels)] });
      end.changes += 1;
      end.at = Math.max(end.at, labelled);
    }
    const settled = last + random.wait(26 * HOUR);
    end.state = chooseState(random, settled < until);
    if (end.state === "open") return end;
    const moment = Math.min(settled, until - 1);
    if (end.state === "snoozed") {
      // Years away, so that the same seed gives the same desk whenever it is looked at: none has woken in between.
      end.snoozedUntil = Math.floor((until + (700 + random.below(700)) * DAY) / HOUR) * HOUR;
      batch.jobs.push(wakeJob(accountId, this.#ids.at(moment), ticketId, end.snoozedUntil, moment));
    }
    record("ticket.updated", moment, {
      state: ["open", end.state],
      ...(end.snoozedUntil !== null && { snoozed_until: [null, end.snoozedUntil] }),
    });
    return { ...end, changes: end.changes + 1, at: Math.max(end.at, moment) };
  }
}

interface Ending {
  state: TicketState;
  snoozedUntil: number | null;
  changes: number;
  at: number;
}

function chooseState(random: Random, settled: boolean): TicketState {
  const states = ["open", "hold", "closed", "snoozed", "archived"] as const;
  return states[random.pickWeight(settled ? [4, 2, 86, 0.6, 7] : [78, 9, 5, 8, 0])] ?? "open";
}

function wakeJob(accountId: string, id: string, ticketId: string, until: number, at: number): DemoBatch["jobs"][number] {
  const payload = JSON.stringify({ ticket_id: ticketId, until });
  const unclaimed = { attempts: 0, locked_until: null, last_error: null, failed_at: null };
  return { account_id: accountId, id, kind: "wake-ticket", payload, run_at: until, ...unclaimed, created_at: at };
}

function chooseType(random: Random, { contacts }: Person): TicketType {
  const has = (type: string): boolean => contacts.some((contact) => contact.type === type);
  const calls = has("phone") ? [4, 3, 4, 2] : [0, 0, 0, 0];
  const tweets = has("twitter") ? [20, 12] : [0, 0];
  const types = ["email", "web", "chat", "fb_messenger", "instagram_dm", "phone", "sms", "whatsapp", "call"] as const;
  const all = [...types, "twitter", "twitter_dm"] as const;
  return all[random.pickWeight([80, 5, 4, 0.8, 0.4, ...calls, ...tweets])] ?? "email";
}

function hasSubject(type: TicketType, random: Random): boolean {
  return type === "email" || type === "web" || type === "phone" || random.chance(0.3);
}
