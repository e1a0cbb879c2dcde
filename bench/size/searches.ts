import { type Measured, percentile, rounded } from "../bench.ts";
import { SEARCHES } from "../growth/questions.ts";
import { ask } from "../load/ask.ts";
import { type Subject, largestOf } from "./subject.ts";

const ROUNDS = 4;

/** Searches of two words in all messages of the largest account. */
export async function measureSearch({ server, data }: Subject): Promise<Measured> {
  const { token } = largestOf(data);
  const times: { words: string; milliseconds: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const words of SEARCHES) {
      const path = `/api/v1/tickets?q=${encodeURIComponent(words)}`;
      const { milliseconds, status, body } = await ask(server.url, token, path);
      if (status !== 200) throw new Error(`${path}: ${status} ${body.slice(0, 300)}`);
      times.push({ words, milliseconds });
    }
  }
  const all = times.map(({ milliseconds }) => milliseconds);
  const slowest = times.toSorted((a, b) => b.milliseconds - a.milliseconds)[0];
  return {
    ratios: { search: rounded(percentile(all, 95)) },
    figures: {
      search_median_ms: rounded(percentile(all, 50)),
      search_slowest_ms: rounded(slowest?.milliseconds ?? 0),
      search_slowest: slowest?.words ?? "",
    },
  };
}
