import { type Bench, type Measured, percentile, rounded } from "../bench.ts";
import type { BenchAccount } from "../data/build-accounts.ts";
import { openDataSet } from "../data/data-set.ts";
import { ask, askJson } from "../load/ask.ts";
import { type Served, serveFrom } from "../load/served.ts";
import { SEARCHES, SEARCH_ORDERS, SORTS, countOf, filtersOf } from "./questions.ts";

const SMALL = 10_000;
const PER_PAGE = 10;
const FURTHEST = 10_000;

/** The 99th percentile is taken in rounds and the best round counts: a hiccup of the machine is not what grows. */
const ROUNDS = 3;
const TIMES = 20;

/** A round ends after so many milliseconds too, once it has asked a few times. */
const ROUND_TIME = 100;
const LEAST_TIMES = 5;

interface Side {
  server: Served;
  account: BenchAccount;
}

/** `growth_list`, `growth_get`, `growth_search`: the 99th percentile on the large data set by that on the small one, at worst. */
export const growthBench: Bench = async (run) => {
  const all: Measured = { ratios: {}, figures: {} };
  const sizes = [...new Set([SMALL, run.tickets])];
  const sides: Side[] = [];
  const open: (() => Promise<void>)[] = [];
  try {
    for (const size of sizes) {
      const { place, accounts, close } = await openDataSet(run, size);
      open.push(close);
      const server = await serveFrom(place);
      open.push(server.stop);
      sides.push({ server, account: accounts[0] as BenchAccount });
    }
    const [small, large = small] = sides;
    if (small === undefined || large === undefined) throw new Error("there are two sides");
    for (const [name, questions] of Object.entries(QUESTIONS)) {
      if (!run.wants(name)) continue;
      run.tell(name);
      const asked = [await questions(small), await questions(large)] as const;
      const found = await compare(asked, [small, large]);
      all.ratios[name] = found.ratio;
      for (const [figure, value] of Object.entries(found.figures)) all.figures[`${name}_${figure}`] = value;
    }
    return all;
  } finally {
    for (const close of open.toReversed()) await close();
  }
};

/** Paths to ask for, by what they are; under each several that are alike. */
type Questions = Map<string, string[]>;

const QUESTIONS: Record<string, (side: Side) => Promise<Questions>> = {
  growth_list: async ({ server: { url }, account }) => {
    const questions: Questions = new Map();
    for (const [name, filter] of [["no filter", ""] as const, ...(await filtersOf(url, account))]) {
      const last = Math.ceil(Math.min(FURTHEST, await countOf(url, account.token, filter)) / PER_PAGE);
      for (const sort of SORTS) {
        const path = `/api/v1/tickets?${filter}&sort=${sort}&per_page=${PER_PAGE}`;
        questions.set(`${name}, ${sort}, first page`, [path]);
        questions.set(`${name}, ${sort}, last page`, [`${path}&page=${Math.max(1, last)}`]);
      }
    }
    return questions;
  },
  growth_get: async ({ server: { url }, account: { token } }) => {
    const paths: string[] = [];
    for (const page of [1, 20, 40, 70]) {
      const found = await askJson<{ id: string }[]>(url, token, `/api/v1/tickets?per_page=100&page=${page}`);
      paths.push(...found.map(({ id }) => `/api/v1/tickets/${id}`));
    }
    return new Map([["a ticket", paths]]);
  },
  growth_search: async () =>
    await Promise.resolve(
      new Map(
        Object.entries(SEARCH_ORDERS).map(([name, sort]) => [
          `two words, ${name}`,
          SEARCHES.map((words) => `/api/v1/tickets?sort=${sort}&q=${encodeURIComponent(words)}`),
        ]),
      ),
    ),
};

async function compare(
  [ofSmall, ofLarge]: readonly [Questions, Questions],
  [small, large]: readonly [Side, Side],
): Promise<{ ratio: number; figures: Record<string, number | string> }> {
  let worst = { name: "", ratio: 0, small: 0, large: 0 };
  let slowest = { name: "", large: 0 };
  const ratios: number[] = [];
  for (const [name, paths] of ofLarge) {
    const times = { small: [] as number[], large: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      // Side by side, so that both meet what else the machine does.
      times.small.push(await p99(small, ofSmall.get(name) ?? paths));
      times.large.push(await p99(large, paths));
    }
    const found = { small: Math.min(...times.small), large: Math.min(...times.large) };
    const ratio = found.large / found.small;
    ratios.push(ratio);
    if (ratio > worst.ratio) worst = { name, ratio, ...found };
    if (found.large > slowest.large) slowest = { name, large: found.large };
  }
  return {
    ratio: rounded(worst.ratio),
    figures: {
      worst: worst.name,
      worst_small_ms: rounded(worst.small),
      worst_large_ms: rounded(worst.large),
      slowest: slowest.name,
      slowest_ms: rounded(slowest.large),
      asked: ratios.length,
      median: rounded(percentile(ratios, 50)),
      // How many grow by less than half, and how many less than threefold.
      below_1_5: ratios.filter((ratio) => ratio <= 1.5).length,
      below_3: ratios.filter((ratio) => ratio <= 3).length,
    },
  };
}

async function p99({ server, account }: Side, paths: readonly string[]): Promise<number> {
  const times: number[] = [];
  const most = Math.max(TIMES, paths.length);
  const least = Math.max(LEAST_TIMES, paths.length);
  const until = performance.now() + ROUND_TIME;
  for (let time = 0; time < most && (time < least || performance.now() < until); time += 1) {
    const { milliseconds, status, body } = await ask(server.url, account.token, paths[time % paths.length] ?? "");
    if (status !== 200) throw new Error(`${status} ${body.slice(0, 300)}`);
    times.push(milliseconds);
  }
  return percentile(times, 99);
}
