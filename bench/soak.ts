// Half load for as long as one likes, and what it does to memory, open files and latency: `npm run soak -- --help`.
import { Command, InvalidArgumentError, Option } from "commander";
import type { Engine } from "./places.ts";
import { soak } from "./soak/soak.ts";

const program = new Command("soak")
  .description("Asks a real server for half of what it can do, and prints how memory, open files and latency develop.")
  .addOption(new Option("--engine <engine>", "the database").choices(["sqlite", "postgres"]).default("sqlite"))
  .option("--minutes <n>", "for how long", minutes, 30)
  .option("--json", "print the ratios and figures as JSON");
const options = program.parse().opts<{ engine: Engine; minutes: number; json?: boolean }>();

const found = await soak(options.engine, options.minutes, (line) => process.stderr.write(`${line}\n`));
const { ratios, figures } = found;
process.stdout.write(
  options.json === true
    ? `${JSON.stringify(found)}\n`
    : `${[...Object.entries(ratios), ...Object.entries(figures)].map(([name, value]) => `${name.padEnd(28)}${value}`).join("\n")}\n`,
);

function minutes(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 24 * 60)) throw new InvalidArgumentError("it must be above 0, and a day at most.");
  return value;
}
