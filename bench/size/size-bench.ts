import { type Bench, type Measured } from "../bench.ts";
import { openDataSet } from "../data/data-set.ts";
import { serveFrom } from "../load/served.ts";
import { measureCounts } from "./counts.ts";
import { measureNeighbour } from "./neighbour.ts";
import { measureSearch } from "./searches.ts";
import { measureStall } from "./stalls.ts";
import type { Subject } from "./subject.ts";

/**
 * What size must not spoil, on the large data set: `count`, `search` and `stall` in milliseconds, `load_mb` in megabytes,
 * `neighbour` as a ratio.
 */
export const sizeBench: Bench = async (run) => {
  const data = await openDataSet(run, run.tickets);
  const all: Measured = { ratios: {}, figures: {} };
  const parts: [string[], (subject: Subject) => Promise<Measured>][] = [
    [["count"], measureCounts],
    [["search"], measureSearch],
    [["stall", "load_mb"], measureStall],
    [["neighbour"], measureNeighbour],
  ];
  try {
    for (const [names, measure] of parts) {
      if (!names.some(run.wants)) continue;
      run.tell(names.join(", "));
      const server = await serveFrom(data.place);
      try {
        const { ratios, figures } = await measure({ server, data, tell: run.tell });
        Object.assign(all.ratios, ratios);
        Object.assign(all.figures, figures);
      } finally {
        await server.stop();
      }
    }
    return all;
  } finally {
    await data.close();
  }
};
