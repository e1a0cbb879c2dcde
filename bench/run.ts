// Measures what the product does against what the machine can: `npm run bench -- --help`.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import type { BenchOptions, Measured } from "./bench.ts";
import { AREAS, areasOf, isKnown, knownNames } from "./areas.ts";
import { programReady } from "../bin/built.js";
import { machineFigures } from "./machine.ts";
import { plot } from "./plot.ts";
import { keepReport } from "./report.ts";

const program = new Command("bench")
  .description("Measures the product against a ceiling that is measured in the same run.")
  .option("--only <names>", `some of: ${knownNames().join(", ")}; with commas between them`, names)
  .addOption(new Option("--engine <engine>", "the database").choices(["sqlite", "postgres"]).default("sqlite"))
  .option("--tickets <n>", "tickets of the large data set", count, 1_000_000)
  .option("--messages <n>", "messages in the mailbox that is fetched", count, 100_000)
  .option("--data <folder>", "where data sets are kept from run to run", join(tmpdir(), "cantrip-bench"))
  .option("--out <folder>", "where the figures and the plot are written")
  .option("--json", "print the ratios and figures as JSON");
const {
  only,
  json = false,
  out,
  ...options
} = program.parse().opts<BenchOptions & { only?: string[]; json?: boolean; out?: string }>();

const all: Measured = {
  ratios: {},
  figures: { engine: options.engine, tickets: options.tickets, ...machineFigures() },
};
// As it is run in earnest: what is started from here on is built.
await programReady();
for (const area of areasOf(only)) {
  const bench = await AREAS[area]?.load();
  const measured = await bench?.({
    ...options,
    tell: (line) => process.stderr.write(`${area}: ${line}\n`),
    wants: (name) => only === undefined || only.includes(area) || only.includes(name),
  });
  Object.assign(all.ratios, measured?.ratios);
  Object.assign(all.figures, measured?.figures);
}
keepReport(out ?? join(options.data, "reports"), all, plot(all));
process.stdout.write(json ? `${JSON.stringify(all)}\n` : table(all));

function table({ ratios, figures }: Measured): string {
  const rows = [...Object.entries(ratios), ["", ""], ...Object.entries(figures)];
  return `${rows.map(([name, value]) => `${name.padEnd(34)}${String(value).padStart(14)}`).join("\n")}\n`;
}

function names(text: string): string[] {
  const list = text.split(",");
  const unknown = list.find((name) => !isKnown(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`there is no bench ${unknown}.`);
  return list;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("it must be a number from 1.");
  return value;
}
