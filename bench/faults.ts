// Does a running server harm, one fault after the other, and counts what came of the requests: `npm run faults -- --help`.
import { Command, InvalidArgumentError, Option } from "commander";
import { FAULTS } from "./faults/faults.ts";
import { runFault } from "./faults/run-fault.ts";
import type { Engine } from "./places.ts";

interface Options {
  engine?: Engine;
  only?: string;
  seconds: number;
  json?: boolean;
}

const program = new Command("faults")
  .description("Under load: kills, cuts, fills and slows. Nothing acknowledged may be lost, nothing doubled.")
  .addOption(new Option("--engine <engine>", "one database; both without it").choices(["sqlite", "postgres"]))
  .option("--only <names>", `comma separated, of: ${Object.keys(FAULTS).join(", ")}`)
  .option("--seconds <n>", "how long each fault lasts", seconds, 6)
  .option("--json", "print the figures as JSON");
const options = program.parse().opts<Options>();

const wanted = options.only?.split(",") ?? Object.keys(FAULTS);
const unknown = wanted.filter((name) => FAULTS[name] === undefined);
if (unknown.length > 0) program.error(`error: there is no fault ${unknown.join(", ")}`);

const figures: Record<string, Record<string, unknown>> = {};
let lost = 0;
let doubled = 0;
const failed: string[] = [];
for (const engine of options.engine === undefined ? (["sqlite", "postgres"] as const) : [options.engine]) {
  for (const name of wanted) {
    const fault = FAULTS[name];
    if (fault?.engines.includes(engine) !== true) continue;
    process.stderr.write(`${engine}: ${name}, ${fault.about}\n`);
    const outcome = await runFault(fault, engine, options.seconds).catch((error: unknown) => {
      failed.push(`${engine} ${name}: ${String(error)}`);
      return { failed: String(error) };
    });
    (figures[engine] ??= {})[name] = outcome;
    if ("lost" in outcome) {
      lost += outcome.lost;
      doubled += outcome.doubled;
    }
    process.stderr.write(`  ${JSON.stringify(outcome)}\n`);
  }
}
process.stdout.write(options.json === true ? `${JSON.stringify({ lost, doubled, failed, figures })}\n` : table());
process.exitCode = lost + doubled + failed.length === 0 ? 0 : 1;

function table(): string {
  const rows = Object.entries(figures).flatMap(([engine, faults]) =>
    Object.entries(faults).map(
      ([name, outcome]) => `${engine.padEnd(9)} ${name.padEnd(16)} ${JSON.stringify(outcome)}`,
    ),
  );
  return `${rows.join("\n")}\nlost ${lost}, doubled ${doubled}\n`;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 600) throw new InvalidArgumentError("it must be from 1 to 600.");
  return value;
}
