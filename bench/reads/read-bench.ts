import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bench, type BenchRun, type Measured, rounded } from "../bench.ts";
import { type DataSet, openDataSet } from "../data/data-set.ts";
import { record } from "../load/recorded.ts";
import { type Served, coreSecondsOf, serveFrom, serveProgram } from "../load/served.ts";
import { load, requireWrk, writePaths } from "../load/wrk.ts";
import { type ReadPaths, readPaths } from "./read-paths.ts";

const CONNECTIONS = 32;

/** Each server is asked in turns, so that whatever else the machine does meets both; the best turn of each counts. */
const TURNS = 4;
const SECONDS = 3;

/**
 * As often as it takes until what runs often is compiled, or so many seconds on a machine that is busy otherwise; and for longer
 * than a server prefers memory to speed after its start (`domain/heap.ts`).
 */
const WARM_UP = 20_000;
const WARM_UP_SECONDS = { least: 11, most: 15 };

const BARE = join(import.meta.dirname, "../load/bare-server.ts");

/**
 * `get`, `list10`, `list100`, `embed`: requests a second, as a share of what a bare server does with the same answers. Each is
 * asked for again and again, and nothing changes meanwhile: the embedded engine's server sends what it has kept
 * (`api/kept-answers.ts`). What it takes to make each answer anew are the figures `…_first`, of a server that keeps none.
 */
export const readBench: Bench = async (run) => {
  requireWrk();
  const data = await openDataSet(run, Math.min(run.tickets, 100_000));
  const work = mkdtempSync(join(tmpdir(), "cantrip-bench-"));
  const all: Measured = { ratios: {}, figures: {} };
  try {
    await measure(run, data, work, true, (name, { ratio, figures }) => {
      all.ratios[name] = ratio;
      for (const [figure, value] of Object.entries(figures)) all.figures[`${name}_${figure}`] = value;
    });
    // PostgreSQL tells nobody that something was committed: nothing is kept there.
    if (run.engine === "postgres") return all;
    await measure(run, data, work, false, (name, { ratio, figures }) => {
      all.figures[`${name}_first`] = ratio;
      all.figures[`${name}_first_s`] = figures.s;
      all.figures[`${name}_first_core_us`] = figures.core_us;
    });
    return all;
  } finally {
    rmSync(work, { recursive: true, force: true });
    await data.close();
  }
};

async function measure(
  run: BenchRun,
  data: DataSet,
  work: string,
  keepsAnswers: boolean,
  found: (name: string, compared: Compared) => void,
): Promise<void> {
  const server = await serveFrom(data.place, { keepsAnswers });
  try {
    for (const [name, asked] of Object.entries(await readPaths(server.url, data))) {
      if (!run.wants(name)) continue;
      run.tell(keepsAnswers ? name : `${name}, each answer made anew`);
      found(name, await compare(server, asked, work));
    }
  } finally {
    await server.stop();
  }
}

async function warmUp(turn: () => Promise<number>): Promise<void> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  for (let asked = 0; seconds() < (asked < WARM_UP ? WARM_UP_SECONDS.most : WARM_UP_SECONDS.least);) {
    asked += await turn();
  }
}

interface Turn {
  requests: number;
  perSecond: number;
  /** Of the server's core, for each request: what is left of the comparison when something else wants the core too. */
  microseconds: number;
}

interface Compared {
  ratio: number;
  figures: { s: number; bare_s: number; core_us: number; bare_core_us: number; body_bytes: number };
}

async function compare(server: Served, { token, paths }: ReadPaths, work: string): Promise<Compared> {
  const recorded = await record(server.url, token, paths);
  const file = join(work, "recorded.json");
  writeFileSync(file, JSON.stringify(recorded));
  const pathFile = writePaths(join(work, "paths"), paths);
  const bare = await serveProgram([BARE, file]);
  try {
    const turn = async (asked: Served, seconds: number): Promise<Turn> => {
      const before = coreSecondsOf(asked);
      const { requests, perSecond } = await load({
        url: asked.url,
        token,
        pathFile,
        connections: CONNECTIONS,
        seconds,
      });
      return { requests, perSecond, microseconds: ((coreSecondsOf(asked) - before) * 1_000_000) / requests };
    };
    for (const each of [server, bare]) await warmUp(async () => (await turn(each, 1)).requests);
    const turns: { ours: Turn; ceiling: Turn }[] = [];
    while (turns.length < TURNS) turns.push({ ceiling: await turn(bare, SECONDS), ours: await turn(server, SECONDS) });
    const best = (of: "ours" | "ceiling"): number => Math.max(...turns.map((each) => each[of].perSecond));
    const cost = (of: "ours" | "ceiling"): number => Math.min(...turns.map((each) => each[of].microseconds));
    const bytes = recorded.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0) / recorded.length;
    return {
      ratio: rounded(best("ours") / best("ceiling")),
      figures: {
        s: Math.round(best("ours")),
        bare_s: Math.round(best("ceiling")),
        core_us: rounded(cost("ours")),
        bare_core_us: rounded(cost("ceiling")),
        body_bytes: Math.round(bytes),
      },
    };
  } finally {
    await bare.stop();
  }
}
