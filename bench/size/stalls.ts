import { setTimeout as sleep } from "node:timers/promises";
import { type Measured, rounded } from "../bench.ts";
import { SEARCHES, filtersOf } from "../growth/questions.ts";
import { ask } from "../load/ask.ts";
import { memoryOf } from "../load/served.ts";
import { type Subject, largestOf, smallOf, writableOf } from "./subject.ts";

const MILLISECONDS = 20_000;

/** So long code is compiled and threads start, on the one core that the server has: told apart, for a start is measured by itself. */
const WARMING = 3_000;

const SECOND = 1000;

/**
 * The longest time for which the server's event loop could do nothing else, as the server itself measures it, and its
 * memory, while searches, counts, deep pages, reports and an import run side by side; the first seconds of that after a start by themselves.
 */
export async function measureStall({ server, data }: Subject): Promise<Measured> {
  const { token } = largestOf(data);
  const filters = [...(await filtersOf(server.url, largestOf(data))).values()];
  const start = performance.now();
  const until = start + MILLISECONDS;
  let done = 0;
  const keep = async (account: string, questions: readonly (readonly [string, object?])[]): Promise<void> => {
    for (let turn = 0; performance.now() < until; turn += 1) {
      const [path, body] = questions[turn % questions.length] ?? [""];
      const { status, body: answer } = await ask(server.url, account, `/api/v1${path}`, body);
      if (status >= 400) throw new Error(`${path}: ${status} ${answer.slice(0, 300)}`);
      done += 1;
    }
  };
  await lag(server.url);
  const found = { stall: 0, first: 0, memory: 0 };
  const watch = async (): Promise<void> => {
    while (performance.now() < until) {
      await sleep(SECOND);
      const part = performance.now() < start + WARMING ? "first" : "stall";
      found[part] = Math.max(found[part], await lag(server.url));
      found.memory = Math.max(found.memory, memoryOf(server).now);
    }
  };
  await Promise.all([
    watch(),
    keep(
      token,
      SEARCHES.map((words) => [`/tickets?q=${encodeURIComponent(words)}&count=true`]),
    ),
    keep(
      token,
      filters.map((filter) => [`/tickets?${filter}&count=true&per_page=100`]),
    ),
    keep(
      token,
      filters.map((filter) => [`/tickets?${filter}&page=100&per_page=100&embed=messages,customer`]),
    ),
    keep(token, [["/folders"], ["/customers?count=true"], ["/tickets?per_page=100&embed=messages,customer,labels"]]),
    keep(smallOf(data).token, [["/tickets"], ["/tickets?sort=-updated_at&state=open"]]),
    keep(writableOf(data).token, imported()),
  ]);
  return {
    ratios: { stall: rounded(found.stall), load_mb: found.memory },
    figures: {
      stall_after_start_ms: rounded(found.first),
      load_peak_mb: memoryOf(server).peak,
      stall_requests: done,
    },
  };
}

/** Whole conversations, as an import from another desk sends them. */
function imported(): [string, object][] {
  return Array.from({ length: 50 }, (_, each): [string, object] => {
    const from = `imported${each}@example.com`;
    const customer = { first_name: "Imported", contacts: [{ type: "email", value: from }] };
    const messages = Array.from({ length: 8 }, (_item, index) => ({
      type: "reply",
      direction: "in",
      from,
      body: `Message ${index} of an imported conversation. `.repeat(200),
    }));
    return ["/tickets", { type: "email", subject: `Imported ${each}`, customer, messages }];
  });
}

/** Node's clock of the loop fires every ten milliseconds, which are no stall. */
const TICK = 10;

/** Milliseconds of the longest stall since it was last asked. */
async function lag(url: string): Promise<number> {
  const { body } = await ask(url, "", "/metrics");
  const [, seconds] = /^nodejs_eventloop_lag_max_seconds ([\d.e-]+)/m.exec(body) ?? [];
  if (seconds === undefined) throw new Error("the server does not say how long its loop was held up");
  return Math.max(0, Number(seconds) * SECOND - TICK);
}
