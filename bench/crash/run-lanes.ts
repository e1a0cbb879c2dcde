import { programReady } from "../../bin/built.js";
import type { Place } from "./desk-under-test.ts";
import { type Death, planDeaths } from "./fail-plan.ts";
import { type Findings, NOTHING } from "./findings.ts";
import { runLane } from "./lane.ts";

/** What a crash run found, over all its lanes. */
export interface CrashReport extends Findings {
  runs: number;
  /** How many processes died at each step; `any moment` are the others. */
  deaths: Record<string, number>;
}

export interface CrashOptions {
  runs: number;
  lanes: number;
  /** An empty database for each lane, and its end. */
  newPlace: () => Promise<Place & { remove(): Promise<void> }>;
  onDeath?: () => void;
  /** Told of all that was found so far, after each desk. */
  onDesk?: (report: CrashReport) => void;
  /** Ends the run before its time: each desk is settled and compared as it is then. */
  signal?: AbortSignal;
}

/** One desk is used for so many runs: each finds what those before left, and the sets stay of a size to compare. */
const RUNS_OF_A_DESK = 50;

/** Kills a server `runs` times, on several desks side by side, and says what came of the mail. */
export async function runCrashes({
  runs,
  lanes,
  newPlace,
  onDeath,
  onDesk,
  signal,
}: CrashOptions): Promise<CrashReport> {
  const report: CrashReport = { runs: 0, ...NOTHING, problems: [], deaths: {} };
  const plan = planDeaths(runs);
  const share = Math.min(RUNS_OF_A_DESK, Math.ceil(runs / lanes));
  await programReady();
  let begun = 0;
  const isOver = (): boolean => signal?.aborted === true;
  const work = async (): Promise<void> => {
    for (;;) {
      const deaths: Death[] = plan.splice(0, share);
      if (deaths.length === 0 || isOver()) return;
      begun += 1;
      const name = `desk${begun}`;
      const afterImport = begun % 2 === 0 ? "seen" : "move:Done";
      const place = await newPlace();
      const count = (step: string | null): void => {
        report.runs += 1;
        report.deaths[step ?? "any moment"] = (report.deaths[step ?? "any moment"] ?? 0) + 1;
        onDeath?.();
      };
      try {
        add(report, name, await runLane({ name, place, deaths, afterImport, isOver, onDeath: count }));
        onDesk?.(report);
      } finally {
        await place.remove();
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  return report;
}

function add(report: CrashReport, lane: string, { problems, ...counts }: Findings): void {
  for (const name of Object.keys(NOTHING) as (keyof typeof NOTHING)[]) report[name] += counts[name];
  report.problems.push(...problems.map((problem) => `${lane}: ${problem}`));
}
