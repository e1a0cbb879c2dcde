import { afterEach, describe, expect, test } from "vitest";
import { Random } from "../../src/cli/demo-random.ts";
import { DAY, formatTime, setClock } from "../../src/domain/time.ts";
import { foldTallies } from "../../src/storage/fold-tallies.ts";
import { countMistallied } from "../../src/storage/tally-check.ts";
import { type TestClient, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

afterEach(() => setClock());

const START = Date.UTC(2026, 0, 1);
const STEPS = 160;
const MOST_TICKETS = 60;

/** Does by chance what people do to tickets, months long, and remembers what it may ask for. */
class Months {
  at = START;
  readonly random: Random;
  readonly desk: TestDesk;
  readonly inboxes: string[] = [];
  readonly users: (string | null)[];
  readonly labels: string[] = [];
  readonly tickets: string[] = [];

  constructor(desk: TestDesk, seed: number) {
    this.random = new Random(seed);
    this.desk = desk;
    this.users = [null, desk.user.id];
    setClock(() => this.at);
  }

  async furnish(): Promise<void> {
    this.users.push((await this.desk.signIn()).user.id);
    this.inboxes.push(this.desk.inbox.id, (await this.desk.post("/inboxes", { name: "Sales" })).body.id);
    for (const name of ["a", "b", "c"]) this.labels.push((await this.desk.post("/labels", { name })).body.id);
  }

  /** Of refusals nothing is said: what is refused changes nothing, and the counts are checked in any case. */
  async step(): Promise<void> {
    const { random } = this;
    this.at += random.chance(0.3) ? random.below(30 * DAY) : random.below(3_600_000);
    const { length } = this.tickets;
    if (length < 5 || (length < MOST_TICKETS && random.chance(0.4))) return await this.#create();
    const id = random.pick(this.tickets);
    const change = random.pick([this.#patch, this.#label, this.#say, this.#merge, this.#split, this.#bulk]);
    await change.call(this, id);
  }

  async #create(): Promise<void> {
    const { id } = await this.desk.ticket({
      user_id: this.random.pick(this.users),
      inbox_id: this.random.pick(this.inboxes),
      messages: ["one", "two"].map((body) => ({ type: "note", user_id: this.desk.user.id, body })),
    });
    this.tickets.push(id);
  }

  #changes(): Record<string, unknown> {
    const { random } = this;
    return random.pick([
      { state: random.pick(["open", "closed", "hold"]) },
      { user_id: random.pick(this.users) },
      { inbox_id: random.pick(this.inboxes) },
      { spam: random.chance(0.5) },
      { trash: random.chance(0.5) },
      { subject: "Another" },
    ]);
  }

  async #patch(id: string): Promise<void> {
    await this.desk.patch(`/tickets/${id}`, { ...this.#changes(), ...this.#changes() });
  }

  async #label(id: string): Promise<void> {
    const some = this.labels.filter(() => this.random.chance(0.6)).join(",");
    if (some !== "") await this.desk.ask(this.random.chance(0.7) ? "PUT" : "DELETE", `/tickets/${id}/labels/${some}`);
  }

  async #say(id: string): Promise<void> {
    await this.desk.post(`/tickets/${id}/messages`, {
      type: "reply",
      direction: "in",
      from: "r@example.com",
      body: "x",
    });
  }

  async #merge(id: string): Promise<void> {
    if (this.random.chance(0.5)) return;
    await this.#mayUndo(await this.desk.post(`/tickets/${id}/merge`, { ticket_ids: [this.random.pick(this.tickets)] }));
  }

  async #split(id: string): Promise<void> {
    const messages = (await this.desk.get(`/tickets/${id}/messages`)).body as { id: string }[];
    const message_ids = messages.slice(0, 1).map((message) => message.id);
    await this.#mayUndo(await this.desk.post(`/tickets/${id}/split`, { message_ids }));
  }

  async #bulk(): Promise<void> {
    const ticket_ids = this.tickets.filter(() => this.random.chance(0.1));
    const changes = { state: this.random.pick(["open", "closed"]), add_label_ids: [this.random.pick(this.labels)] };
    await this.#mayUndo(await this.desk.post("/tickets/bulk", { ticket_ids, changes }));
  }

  /** Takes back what has just been done, half of the time: after minutes it cannot be. */
  async #mayUndo({
    headers,
    body,
  }: {
    headers: Record<string, unknown>;
    body: { undo_id?: string | null };
  }): Promise<void> {
    const id = headers["undo-id"] ?? body.undo_id;
    if (typeof id !== "string" || this.random.chance(0.5)) return;
    const { status, text } = await this.desk.post(`/undos/${id}`);
    if (status !== 200) throw new Error(`it was not taken back: ${text}`);
  }

  /** Every documented filter, with values that leave some and values that leave none. */
  filters(): [parameter: string, values: string[]][] {
    const moments = [START - DAY, this.at - 200 * DAY, this.at - 60 * DAY, this.at - DAY, this.at + DAY];
    return [
      ["id", [this.tickets.slice(0, 9).join()]],
      ["inbox_id", this.inboxes],
      ["user_id", ["null", String(this.users[1]), `null,${this.users[2]}`]],
      ["label_id", [this.labels[0] ?? "", this.labels.join(), "0".repeat(24)]],
      ["state", ["open", "closed,hold"]],
      ["type", ["email", "chat"]],
      ["spam", ["true", "false"]],
      ["trash", ["true", "false"]],
      ["since_created_at", moments.map(formatTime)],
      ["since_updated_at", moments.map(formatTime)],
      ["q", ["is:open", "-is:unassigned", "one"]],
    ];
  }

  /** Each filter alone, every two of them, and all of them but who and what is written. */
  questions(): string[] {
    const of = (parameter: string, value = ""): string => `${parameter}=${encodeURIComponent(value)}`;
    const all = this.filters();
    const alone = all.flatMap(([parameter, values]) => values.map((value) => of(parameter, value)));
    const pairs = all.flatMap(([one, values], index) =>
      all
        .slice(index + 1)
        .flatMap(([other, others]) =>
          values.flatMap((value) => others.map((second) => `${of(one, value)}&${of(other, second)}`)),
        ),
    );
    const wide = all.slice(1, -1).map(([parameter, values]) => of(parameter, values.at(-1)));
    const many = wide.map((_, index) => wide.filter((__, other) => other !== index).join("&"));
    return ["", ...alone, ...pairs, ...many];
  }
}

/** What is counted otherwise than listed, by question. */
async function findMiscounts(client: TestClient, questions: readonly string[]): Promise<object[]> {
  const found: object[] = [];
  for (const question of questions) {
    const { headers, body } = await client.get(`/tickets?count=true&per_page=100&fields=id&${question}`);
    const listed = (body as object[]).length;
    if (Number(headers["total-count"]) !== listed) found.push({ question, counted: headers["total-count"], listed });
  }
  return found;
}

describe.skipIf(ENGINE_MISSING !== null)("counts of tickets", () => {
  test.each([1, 2])("R4: are the lengths of the lists, whatever was done and is asked for (seed %i)", async (seed) => {
    const desk = await openDesk();
    const months = new Months(desk, seed);
    await months.furnish();
    for (let step = 0; step < STEPS; step += 1) {
      await months.step();
      const { db } = desk.server.storage;
      if (!db.tallied) continue;
      if (step % 5 === 0) await foldTallies(db, 1 + months.random.below(9));
      expect([step, await countMistallied(db, desk.account.id)]).toEqual([step, 0]);
    }
    const questions = months.questions();
    expect(await findMiscounts(desk, questions)).toEqual([]);
    const ofSales = await desk.signIn({ inboxIds: months.inboxes.slice(1) });
    expect(
      await findMiscounts(
        ofSales,
        questions.filter((_, index) => index % 5 === seed),
      ),
    ).toEqual([]);
    const [all, sales] = [await desk.get("/tickets?count=true"), await ofSales.get("/tickets?count=true")];
    expect(Number(sales.headers["total-count"])).toBeGreaterThan(0);
    expect(Number(sales.headers["total-count"])).toBeLessThan(Number(all.headers["total-count"]));
  });
});
