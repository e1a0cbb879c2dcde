import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { createUser } from "../../src/desk/create-user.ts";
import { Faults } from "../../src/domain/faults.ts";
import { formatTime, setClock } from "../../src/domain/time.ts";
import { type Got, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

// Longer than most: a whole model of tickets stands here, so that nothing of it leans on the code that it judges.

afterEach(() => setClock());

const START = Date.UTC(2026, 0, 1);
const SECOND = 1000;

/** A ticket as the model keeps it: what the API shows, with times in milliseconds. */
interface Model {
  id: string;
  number: number;
  user_id: string | null;
  state: string;
  subject: string;
  label_ids: string[];
  customer_id: string;
  inbox_id: string;
  spam: boolean;
  trash: boolean;
  created_at: number;
  updated_at: number;
  summary: string | null;
  replied: boolean;
  version: number;
}

/** Indexes into what the account has; in `users` the first is nobody. */
interface Furniture {
  users: (string | null)[];
  inboxes: string[];
  labels: string[];
  customers: string[];
}

async function furnish(desk: TestDesk): Promise<Furniture> {
  const other = await desk.server.storage.db.transact(async (tx) => {
    const input = { first_name: "Ann", last_name: null, email: "ann@desk.example" };
    return await createUser(tx, desk.account.id, input, new Faults());
  });
  const id = async (path: string, body: object): Promise<string> => (await desk.post(path, body)).body.id;
  return {
    users: [null, desk.user.id, other.id],
    inboxes: [desk.inbox.id, await id("/inboxes", { name: "Sales" })],
    labels: [
      await id("/labels", { name: "a" }),
      await id("/labels", { name: "b" }),
      await id("/labels", { name: "c" }),
    ],
    customers: [await id("/customers", {}), await id("/customers", {})],
  };
}

const word = fc.constantFrom("one", "two", "three");
const assignee = fc.nat(2);
const two = fc.nat(1);
const labels = fc.subarray([0, 1, 2]);
const someLabels = fc.subarray([0, 1, 2], { minLength: 1 });
const ticket = fc.nat(20);

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("create" as const),
      user: assignee,
      inbox: two,
      customer: two,
      note: fc.option(word),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("patch" as const),
      ticket,
      changes: fc.record(
        {
          user: assignee,
          inbox: two,
          state: fc.constantFrom("open", "hold", "closed"),
          labels,
          spam: fc.boolean(),
          trash: fc.boolean(),
          subject: word,
        },
        { requiredKeys: [] },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("label" as const), ticket, put: fc.boolean(), labels: someLabels }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("say" as const), ticket, inbound: fc.boolean(), body: word }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const SORTS = [
  "",
  "created_at",
  "-created_at",
  "updated_at",
  "-updated_at",
  "user_id",
  "-user_id",
  "user_id,-updated_at",
];
/** Mostly nothing, so that few filters meet and lists are not empty. */
function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

const query = fc.record({
  ids: seldom(fc.array(fc.nat(10), { minLength: 1, maxLength: 4, size: "max" })),
  users: seldom(fc.subarray([0, 1, 2], { minLength: 1 })),
  inboxes: seldom(fc.subarray([0, 1], { minLength: 1 })),
  customers: seldom(fc.subarray([0, 1], { minLength: 1 })),
  labels: seldom(someLabels),
  states: seldom(fc.subarray(["open", "hold", "closed", "snoozed", "archived"], { minLength: 1 })),
  spam: seldom(fc.boolean()),
  trash: seldom(fc.boolean()),
  created: seldom(fc.integer({ min: -1, max: 4 })),
  updated: seldom(fc.integer({ min: -1, max: 6 })),
  sort: fc.constantFrom(...SORTS),
  page: seldom(fc.integer({ min: 1, max: 3 })),
  perPage: seldom(fc.integer({ min: 0, max: 6 })),
});
type Query = Partial<typeof query extends fc.Arbitrary<infer T> ? T : never>;

const EVERYTHING: Query = { perPage: 100 };

function expectStatus(got: Got, status: number): void {
  expect(got.status).toBe(status);
}

function expectList(got: Got, items: object[], total: number): void {
  expect(got.headers["total-count"]).toBe(String(total));
  expect(got.body).toEqual(items);
}

/** Does a step to the desk and to the model, and checks that both say the same of it. */
class Simulation {
  readonly tickets: Model[] = [];
  #at = START;
  readonly desk: TestDesk;
  readonly furniture: Furniture;

  constructor(desk: TestDesk, furniture: Furniture) {
    this.desk = desk;
    this.furniture = furniture;
    setClock(() => this.#at);
  }

  async take(next: Step): Promise<void> {
    if (next.kind === "wait") {
      this.#at += SECOND;
      return;
    }
    if (next.kind === "create") return await this.#create(next);
    const found = this.tickets[next.ticket % Math.max(1, this.tickets.length)];
    if (found === undefined) return;
    if (next.kind === "patch") return await this.#patch(found, next.changes);
    if (next.kind === "label") return await this.#label(found, next.put, next.labels);
    return await this.#say(found, next.inbound, next.body);
  }

  async #create({ user, inbox, customer, note }: Extract<Step, { kind: "create" }>): Promise<void> {
    const { users, inboxes, customers } = this.furniture;
    const body = {
      user_id: users[user] ?? null,
      inbox_id: inboxes[inbox] ?? "",
      customer_id: customers[customer] ?? "",
      subject: "A question",
    };
    const messages = note === null ? [] : [{ type: "note", user_id: this.desk.user.id, body: note }];
    const { id } = await this.desk.ticket({ ...body, messages });
    this.tickets.push({
      ...body,
      id,
      number: this.tickets.length + 1,
      state: "open",
      label_ids: [],
      spam: false,
      trash: false,
      created_at: this.#at,
      updated_at: this.#at,
      summary: note,
      replied: false,
      version: 1,
    });
  }

  async #patch(found: Model, changes: Extract<Step, { kind: "patch" }>["changes"]): Promise<void> {
    const { user, inbox, labels: named, ...same } = changes;
    const wanted = {
      ...same,
      ...(user !== undefined && { user_id: this.furniture.users[user] ?? null }),
      ...(inbox !== undefined && { inbox_id: this.furniture.inboxes[inbox] ?? "" }),
      ...(named !== undefined && { label_ids: this.#labels(named) }),
    };
    const got = await this.desk.patch(`/tickets/${found.id}`, wanted);
    const result = { ...found, ...wanted };
    if (result.spam && result.trash) {
      expectStatus(got, 422);
    } else {
      expectStatus(got, 200);
      this.#change(found, wanted);
    }
  }

  async #label(found: Model, put: boolean, named: number[]): Promise<void> {
    const ids = this.#labels(named);
    const got = await this.desk.ask(put ? "PUT" : "DELETE", `/tickets/${found.id}/labels/${ids.join(",")}`);
    expectStatus(got, 204);
    const kept = found.label_ids.filter((id) => put || !ids.includes(id));
    const added = put ? ids.filter((id) => !kept.includes(id)) : [];
    this.#change(found, { label_ids: [...kept, ...added] });
  }

  async #say(found: Model, inbound: boolean, body: string): Promise<void> {
    const message = inbound
      ? { type: "reply", direction: "in", from: "ruby@example.com", body }
      : { type: "note", user_id: this.desk.user.id, body };
    expectStatus(await this.desk.post(`/tickets/${found.id}/messages`, message), 201);
    const first = found.summary === null || (inbound && !found.replied);
    Object.assign(found, {
      version: found.version + 1,
      updated_at: this.#at,
      ...(first && { summary: body }),
      ...(inbound && { replied: true, state: "open" }),
    });
  }

  #labels(named: number[]): string[] {
    return named.flatMap((index) => this.furniture.labels[index] ?? []);
  }

  #change(found: Model, wanted: Partial<Model>): void {
    const before = JSON.stringify(found);
    Object.assign(found, wanted);
    if (JSON.stringify(found) !== before) Object.assign(found, { version: found.version + 1, updated_at: this.#at });
  }

  async check(asked: Query): Promise<void> {
    const got = await this.desk.get(`/tickets?count=true&${this.#parameters(asked)}`);
    const matching = this.tickets.filter((each) => this.#matches(each, asked)).toSorted(orderOf(asked.sort ?? ""));
    const perPage = asked.perPage ?? 10;
    const start = ((asked.page ?? 1) - 1) * perPage;
    expectList(got, matching.slice(start, start + perPage).map(shown), matching.length);
  }

  #parameters(asked: Query): string {
    const { users, inboxes, customers } = this.furniture;
    const parameters: Record<string, unknown> = {
      id: asked.ids?.map((index) => this.tickets[index]?.id ?? "nonsense"),
      user_id: asked.users?.map((index) => users[index] ?? "null"),
      inbox_id: asked.inboxes?.map((index) => inboxes[index]),
      customer_id: asked.customers?.map((index) => customers[index]),
      label_id: asked.labels && this.#labels(asked.labels),
      state: asked.states,
      spam: asked.spam,
      trash: asked.trash,
      since_created_at: asked.created === undefined ? undefined : formatTime(START + asked.created * SECOND),
      since_updated_at: asked.updated === undefined ? undefined : formatTime(START + asked.updated * SECOND),
      sort: asked.sort,
      page: asked.page,
      per_page: asked.perPage,
    };
    const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
    return given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&");
  }

  #matches(each: Model, asked: Query): boolean {
    const { users, inboxes, customers } = this.furniture;
    const among = (indexes: number[] | undefined, all: (string | null)[], value: string | null): boolean =>
      indexes === undefined || indexes.some((index) => all[index] === value);
    return (
      (asked.ids === undefined || asked.ids.some((index) => this.tickets[index] === each)) &&
      among(asked.users, users, each.user_id) &&
      among(asked.inboxes, inboxes, each.inbox_id) &&
      among(asked.customers, customers, each.customer_id) &&
      (asked.labels === undefined || this.#labels(asked.labels).some((id) => each.label_ids.includes(id))) &&
      (asked.states === undefined || asked.states.includes(each.state)) &&
      (asked.spam === undefined || asked.spam === each.spam) &&
      (asked.trash === undefined || asked.trash === each.trash) &&
      (asked.created === undefined || each.created_at >= START + asked.created * SECOND) &&
      (asked.updated === undefined || each.updated_at >= START + asked.updated * SECOND)
    );
  }
}

/** Compares by the keys of a sort, nobody before everybody, then by id in the last key's direction. */
function orderOf(sort: string): (a: Model, b: Model) => number {
  const keys = (sort === "" ? "-created_at" : sort).split(",");
  const last = keys.at(-1)?.startsWith("-") === true ? "-id" : "id";
  return (a, b) => {
    for (const key of [...keys, last]) {
      const column = key.replace("-", "") as keyof Model;
      const [x, y] = [a[column] ?? "", b[column] ?? ""];
      if (x !== y) return (x < y ? -1 : 1) * (key.startsWith("-") ? -1 : 1);
    }
    return 0;
  };
}

function shown({ replied: _replied, version: _version, ...each }: Model): object {
  return {
    ...each,
    type: "email",
    snoozed_until: null,
    reply_to: null,
    reply_cc: null,
    created_at: formatTime(each.created_at),
    updated_at: formatTime(each.updated_at),
  };
}

describe.skipIf(ENGINE_MISSING !== null)("tickets, against a model", () => {
  test("K4, R4, R7, R9: whatever is done, every list is what a naive model gives", async () => {
    const history = fc.array(step, { minLength: 8, maxLength: 25, size: "max" });
    const questions = fc.array(query, { minLength: 8, maxLength: 12, size: "max" });
    await fc.assert(
      fc.asyncProperty(history, questions, async (steps, queries) => {
        setClock(() => START);
        const desk = await openDesk();
        const simulation = new Simulation(desk, await furnish(desk));
        for (const next of steps) await simulation.take(next);
        for (const asked of [...queries, EVERYTHING]) await simulation.check(asked);
        for (const each of simulation.tickets) {
          const { body } = await desk.get(`/tickets/${each.id}?fields=version`);
          expect(body).toEqual({ version: each.version });
        }
      }),
      { numRuns: 25, interruptAfterTimeLimit: 12_000, markInterruptAsFailure: true },
    );
  });
});
