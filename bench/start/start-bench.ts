import { setTimeout as sleep } from "node:timers/promises";
import { type Bench, percentile } from "../bench.ts";
import { openDataSet } from "../data/data-set.ts";
import { ask } from "../load/ask.ts";
import { memoryOf, serveFrom } from "../load/served.ts";

const STARTS = 5;

/** Long enough for what a start leaves to be collected. */
const REST = 5_000;

/**
 * `cold_ms`: milliseconds from the start of the program to its first answer, the packages installed and compiled before;
 * `idle_mb`: memory that is resident when it has nothing to do.
 */
export const startBench: Bench = async (run) => {
  const data = await openDataSet(run, SMALL);
  const token = data.accounts[0]?.token ?? "";
  try {
    const starts: number[] = [];
    let idle = 0;
    for (let start = 0; start <= STARTS; start += 1) {
      const began = performance.now();
      const server = await serveFrom(data.place);
      const { status } = await ask(server.url, token, "/api/v1/tickets?per_page=1");
      if (status !== 200) throw new Error(`the first answer was ${status}`);
      // The first one fills caches of compiled code.
      if (start > 0) starts.push(performance.now() - began);
      if (start === STARTS) {
        await sleep(REST);
        idle = memoryOf(server).now;
      }
      await server.stop();
    }
    const median = Math.round(percentile(starts, 50));
    return {
      ratios: { idle_mb: idle, cold_ms: median },
      figures: { cold_slowest_ms: Math.round(Math.max(...starts)) },
    };
  } finally {
    await data.close();
  }
};

const SMALL = 10_000;
