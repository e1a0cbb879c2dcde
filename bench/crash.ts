// Kills a server at every step of receiving and sending mail, and counts what came of the mail: `npm run crash -- --help`.
import { Command, InvalidArgumentError, Option } from "commander";
import { type CrashReport, runCrashes } from "./crash/run-lanes.ts";
import { type Engine, openPlaces } from "./places.ts";

interface Options {
  runs: number;
  engine: Engine;
  lanes: number;
  json?: boolean;
}

const program = new Command("crash")
  .description(
    "Kills a server at every step of receiving and sending mail; nothing may be lost, doubled or half there.",
  )
  .option("--runs <n>", "how many processes die", count, 40)
  .addOption(new Option("--engine <engine>", "the database").choices(["sqlite", "postgres"]).default("sqlite"))
  .option("--lanes <n>", "desks side by side", count, 4)
  .option("--json", "print the counts as JSON");
const { runs, engine, lanes, json = false } = program.parse().opts<Options>();

// Whoever ends a long run early has the counts of what was done.
const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort());

let died = 0;
const started = Date.now();
const places = await openPlaces(engine);
try {
  const report = await runCrashes({
    runs,
    lanes,
    newPlace: async () => await places.newPlace(),
    onDeath: () => {
      died += 1;
      if (died % 20 === 0 || died === runs) tell(`${died} of ${runs} runs, ${seconds()} s`);
    },
    onDesk: (soFar) => tell(`so far ${JSON.stringify(countsOf(soFar))}`),
    signal: stopping.signal,
  });
  for (const problem of report.problems) tell(problem);
  const { runs: _runs, in: _in, out: _out, lost, doubled, half, problems: _, ...figures } = report;
  const counts = countsOf(report);
  const all = table({ ...counts, figures: { engine, seconds: seconds(), ...figures } });
  // For programs the counts and nothing else; the rest is for whoever looks on.
  process.stdout.write(json ? `${JSON.stringify(counts)}\n` : all);
  if (json) process.stderr.write(all);
  process.exitCode = lost + doubled + half + report.problems.length === 0 ? 0 : 1;
} finally {
  await places.close();
}

function countsOf({ runs: ran, in: came, out, lost, doubled, half }: CrashReport) {
  return { runs: ran, in: came, out, lost, doubled, half };
}

function seconds(): number {
  return Math.round((Date.now() - started) / 1000);
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

function table({ figures, ...counts }: { figures: Record<string, unknown> }): string {
  const { deaths, ...others } = figures;
  const rows = Object.entries({ ...counts, ...others, ...(deaths as object) });
  return `${rows.map(([name, value]) => `${name.padEnd(26)}${String(value).padStart(10)}`).join("\n")}\n`;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("it must be a number from 1.");
  return value;
}
