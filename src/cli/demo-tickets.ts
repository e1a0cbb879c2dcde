import type { TicketType } from "../domain/states.ts";
import { UNRELATED } from "../storage/schema.ts";
import { customerEntry } from "../storage/search-entries.ts";
import { DemoBatch } from "./demo-batch.ts";
import { Calendar } from "./demo-calendar.ts";
import { finish } from "./demo-ending.ts";
import type { DemoIds } from "./demo-ids.ts";
import { type Facts, talk } from "./demo-messages.ts";
import { AGENTS, INBOXES, LABELS, type Person, customerOf } from "./demo-people.ts";
import { Random } from "./demo-random.ts";
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
    const { users, inboxes } = this.#setting;
    const random = new Random(this.#plan.seed, 2, index);
    const facts = this.#chooseFacts(batch, random, index);
    const { at, spam, subject, type } = facts;
    const agent = random.pickWeight(LOADS);
    const labels = spam ? [] : this.#chooseLabels(random, facts.problem);
    const { answered, changes, last, news, summary } = talk(batch, random, facts, { ids: this.#ids, users, agent });
    const userId = users[random.pickWeight(LOADS)] ?? null;
    const end = finish(batch, random, facts, { ids: this.#ids, userId, labels, last });
    batch.tickets.push({
      account_id: facts.accountId,
      id: facts.ticketId,
      number: 0,
      customer_id: facts.customerId,
      user_id: answered || (!spam && random.chance(0.5)) ? (users[agent] ?? null) : null,
      inbox_id: inboxes[facts.inbox] ?? "",
      label_ids: JSON.stringify(labels),
      state: end.state,
      snoozed_until: end.snoozedUntil,
      subject,
      type,
      spam: spam ? 1 : 0,
      trash: !spam && random.chance(0.02) ? 1 : 0,
      reply_to: null,
      reply_cc: null,
      ...summary,
      version: changes + end.changes + 1,
      created_at: at,
      updated_at: end.at,
      news_at: news,
      ...UNRELATED,
    });
  }

  #chooseFacts(batch: DemoBatch, random: Random, index: number): Facts {
    const { accountId, tickets, until } = this.#plan;
    const at = this.#calendar.momentOf((index + random.next()) / tickets);
    const spam = random.chance(0.03);
    const problem = spam ? random.pick(SPAM) : (PROBLEMS[random.pickWeight(PROBLEM_WEIGHTS)] ?? random.pick(PROBLEMS));
    const { customerId, person } = this.#chooseCustomer(batch, random, at);
    const type = chooseType(random, person);
    const slots = chooseSlots(random, at);
    const subject = hasSubject(type, random) ? fill(random.pick(problem.subjects), slots) : null;
    const inbox = random.pickWeight(INBOX_WEIGHTS);
    const ticketId = this.#ids.at(at);
    const chosen = { type, subject, problem, slots, spam, inbox, customerId, person };
    return { accountId, ticketId, at, until, ...chosen };
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
    batch.customers.push({
      account_id: accountId,
      id,
      ...names,
      version: 1,
      created_at: at,
      updated_at: at,
      merged_into: null,
    });
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
