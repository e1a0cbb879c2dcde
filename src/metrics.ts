import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { RequestFacts } from "./api/told-requests.ts";
import { SECOND, now } from "./domain/time.ts";
import { type TallyName, tallyOf } from "./domain/tallies.ts";
import type { Db } from "./storage/database.ts";
import { type Figures, readFigures } from "./storage/figures.ts";

/** What is counted of this process, and what waits in its database; docs/monitoring.md explains each. */
export interface Metrics {
  registry: Registry;
  /** Counts a request that was answered. */
  observe: (facts: RequestFacts) => void;
}

/** From 2 ms, what a read takes, to 10 s, when clients give up. */
const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

export function openMetrics(db: Db): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: "cantrip_request_seconds",
    help: "Requests that were answered, by route and status",
    labelNames: ["method", "route", "status"],
    buckets: SECONDS,
    registers: [registry],
  });
  const credits = new Counter({
    name: "cantrip_credits_total",
    help: "API credits that requests used",
    registers: [registry],
  });
  addTally(registry, "mail", ["outcome"], "cantrip_mail_total", "Received messages by what was made of them");
  addTally(registry, "job", ["kind", "outcome"], "cantrip_jobs_total", "Jobs that were run, by kind and outcome");
  addFigures(registry, figuresOf(db));
  return {
    registry,
    observe: ({ method, route, status, seconds, credits: used }) => {
      requests.observe({ method, route, status }, seconds);
      if (used > 0) credits.inc(used);
    },
  };
}

function addTally(registry: Registry, tally: TallyName, labelNames: string[], name: string, help: string): void {
  const counter = new Counter({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const [outcome, count] of tallyOf(tally)) {
        const words = outcome.split(" ");
        this.inc(Object.fromEntries(labelNames.map((label, index) => [label, words[index] ?? ""])), count);
      }
    },
  });
  void counter;
}

/** The database is asked this often at most, whoever looks and however often. */
const LEAST_AGE = 10 * SECOND;

/** And so seldom that it spends at most a fiftieth of its time on the answer. */
const COST_FACTOR = 50;

/** The figures as they were a moment ago; undefined when the database could not be asked. */
function figuresOf(db: Db): () => Promise<Figures | undefined> {
  let good = 0;
  let last: Promise<Figures | undefined> = Promise.resolve(undefined);
  return async () => {
    const started = performance.now();
    if (started < good) return await last;
    good = Number.POSITIVE_INFINITY;
    last = readFigures(db, now())
      .catch(() => undefined)
      .finally(() => {
        const ended = performance.now();
        good = ended + Math.max(LEAST_AGE, COST_FACTOR * (ended - started));
      });
    return await last;
  };
}

/** Of all processes' answers to the same question about one database the highest is as good as any, and a sum would be wrong. */
const SHARED = "max";

type Row = [labels: Record<string, string>, value: number];

function addFigures(registry: Registry, read: () => Promise<Figures | undefined>): void {
  const add = (name: string, help: string, labelNames: string[], rows: (figures: Figures) => Row[]): void => {
    const gauge = new Gauge({
      name,
      help,
      labelNames,
      aggregator: SHARED,
      registers: [registry],
      async collect() {
        const figures = await read();
        this.reset();
        for (const [labels, value] of figures === undefined ? [] : rows(figures)) this.set(labels, value);
      },
    });
    void gauge;
  };
  const age = (since: number | null): number => (since === null ? 0 : Math.max(0, now() - since) / SECOND);

  add("cantrip_jobs", "Jobs in the queue, by kind and state", ["kind", "state"], ({ jobs }) =>
    jobs.flatMap(({ kind, due, later, failed }): Row[] => [
      [{ kind, state: "due" }, due],
      [{ kind, state: "later" }, later],
      [{ kind, state: "failed" }, failed],
    ]),
  );
  add("cantrip_job_oldest_seconds", "How long the oldest job that is due has waited", ["kind"], ({ jobs }) =>
    jobs.map(({ kind, oldest }): Row => [{ kind }, age(oldest)]),
  );
  add("cantrip_mail_pending", "Received messages that nothing was made of yet", [], ({ pendingMail }) => [
    [{}, pendingMail.count],
  ]);
  add("cantrip_mail_pending_oldest_seconds", "How long the oldest of them has waited", [], ({ pendingMail }) => [
    [{}, age(pendingMail.oldest)],
  ]);
  add("cantrip_deliveries", "Outgoing messages that are not sent, by state", ["state"], ({ deliveries }) =>
    ["queued", "sending", "failed"].map((state): Row => [
      { state },
      deliveries.find((each) => each.state === state)?.count ?? 0,
    ]),
  );
  add("cantrip_mailboxes", "Mailboxes that are fetched, by state", ["state"], ({ mailboxes }) => [
    [{ state: "well" }, mailboxes.count - mailboxes.failing],
    [{ state: "failing" }, mailboxes.failing],
  ]);
  add(
    "cantrip_mailbox_oldest_fetch_seconds",
    "How long ago the mailbox that was not fetched for longest was",
    [],
    ({ mailboxes }) => [[{}, age(mailboxes.oldest)]],
  );
  add("cantrip_engine", "What the database engine says of itself", ["figure"], ({ engine }) =>
    Object.entries(engine).map(([figure, value]): Row => [{ figure }, value]),
  );
}
