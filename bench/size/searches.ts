import { type Measured, percentile, rounded } from "../bench.ts";
import { SEARCHES, SEARCH_ORDERS } from "../growth/questions.ts";
import { ask } from "../load/ask.ts";
import { type Subject, largestOf } from "./subject.ts";

const ROUNDS = 4;

/** Searches of two words in all messages of the largest account: the best match first, and in the figures the newest first too. */
export async function measureSearch(subject: Subject): Promise<Measured> {
  const ranked = await timesOf(subject, SEARCH_ORDERS.ranked);
  const newest = await timesOf(subject, SEARCH_ORDERS.newest);
  return {
    ratios: { search: percentileOf(ranked, 95) },
    figures: {
      search_median_ms: percentileOf(ranked, 50),
      ...slowestOf(ranked, "search"),
      search_newest_p95_ms: percentileOf(newest, 95),
      search_newest_median_ms: percentileOf(newest, 50),
      ...slowestOf(newest, "search_newest"),
    },
  };
}

interface Timed {
  words: string;
  milliseconds: number;
}

async function timesOf({ server, data }: Subject, sort: string): Promise<Timed[]> {
  const { token } = largestOf(data);
  const times: Timed[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const words of SEARCHES) {
      const path = `/api/v1/tickets?sort=${sort}&q=${encodeURIComponent(words)}`;
      const { milliseconds, status, body } = await ask(server.url, token, path);
      if (status !== 200) throw new Error(`${path}: ${status} ${body.slice(0, 300)}`);
      times.push({ words, milliseconds });
    }
  }
  return times;
}

function percentileOf(times: readonly Timed[], percent: number): number {
  return rounded(
    percentile(
      times.map(({ milliseconds }) => milliseconds),
      percent,
    ),
  );
}

function slowestOf(times: readonly Timed[], name: string): Record<string, number | string> {
  const slowest = times.toSorted((a, b) => b.milliseconds - a.milliseconds)[0];
  return { [`${name}_slowest_ms`]: rounded(slowest?.milliseconds ?? 0), [`${name}_slowest`]: slowest?.words ?? "" };
}
