import { type Measured, percentile, rounded } from "../bench.ts";
import { filtersOf } from "../growth/questions.ts";
import { ask } from "../load/ask.ts";
import { type Subject, largestOf } from "./subject.ts";

const TIMES = 20;
const TIMES_COMBINED = 8;

/** Exact counts of the largest account: by every documented filter, then by every two and the widest three of them. */
export async function measureCounts({ server, data }: Subject): Promise<Measured> {
  const account = largestOf(data);
  const filters = [...(await filtersOf(server.url, account))];
  const p95 = async (query: string, times: number): Promise<number> => {
    const found: number[] = [];
    for (let time = 0; time < times; time += 1) {
      const path = `/api/v1/tickets?count=true&per_page=0&${query}`;
      const { milliseconds, status, body } = await ask(server.url, account.token, path);
      if (status !== 200) throw new Error(`${path}: ${status} ${body.slice(0, 300)}`);
      found.push(milliseconds);
    }
    return percentile(found, 95);
  };
  const figures: Record<string, number | string> = {};
  const single: [string, number][] = [["none", await p95("", TIMES)]];
  for (const [name, filter] of filters) single.push([name, await p95(filter, TIMES)]);
  for (const [name, milliseconds] of single) figures[`count_${name}_ms`] = rounded(milliseconds);
  const combined: [string, number][] = [];
  for (const [name, query] of combinations(filters)) combined.push([name, await p95(query, TIMES_COMBINED)]);
  const worst = slowest(single);
  const worstCombined = slowest(combined);
  return {
    ratios: { count: rounded(worst[1]) },
    figures: {
      ...figures,
      count_worst: worst[0],
      count_combination_ms: rounded(worstCombined[1]),
      count_worst_combination: worstCombined[0],
    },
  };
}

function slowest(times: readonly [string, number][]): [string, number] {
  return times.toSorted(([, a], [, b]) => b - a)[0] ?? ["none", 0];
}

/** Every two filters of different parameters, and some of three and more that leave much. */
function combinations(filters: readonly [string, string][]): [string, string][] {
  const parameter = (filter: string): string => filter.split("=")[0] ?? "";
  const two = filters.flatMap(([name, filter], index) =>
    filters
      .slice(index + 1)
      .filter(([, other]) => parameter(other) !== parameter(filter))
      .map(([otherName, other]): [string, string] => [`${name} and ${otherName}`, `${filter}&${other}`]),
  );
  const of = new Map(filters);
  const wide = ["state_closed", "type_email", "spam_false", "trash_false", "since_created_at", "label_ids"];
  const more = [3, 4, 5, 6].map((many): [string, string] => {
    const names = wide.slice(0, many);
    return [names.join(" and "), names.map((name) => of.get(name) ?? "").join("&")];
  });
  return [...two, ...more];
}
