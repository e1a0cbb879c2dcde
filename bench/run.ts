// Measures what the product does against what the machine can: `npm run bench -- --help`.
import { Command, InvalidArgumentError, Option } from "commander";
import type { Bench, BenchOptions, Measured } from "./bench.ts";
import { mailBench } from "./mail/mail-bench.ts";

/** Every bench by its name. */
const BENCHES: Record<string, Bench> = { mail: mailBench };

const program = new Command("bench")
  .description("Measures the product against a ceiling that is measured in the same run.")
  .option("--only <names>", `some of: ${Object.keys(BENCHES).join(", ")}; with commas between them`, names)
  .addOption(new Option("--engine <engine>", "the database").choices(["sqlite", "postgres"]).default("sqlite"))
  .option("--messages <n>", "messages in the mailbox that is fetched", count, 100_000)
  .option("--json", "print the ratios and figures as JSON");
const {
  only = Object.keys(BENCHES),
  json = false,
  ...options
} = program.parse().opts<BenchOptions & { only?: string[]; json?: boolean }>();

const all: Measured = { ratios: {}, figures: { engine: options.engine } };
for (const name of only) {
  const measured = await BENCHES[name]?.({ ...options, tell: (line) => process.stderr.write(`${name}: ${line}\n`) });
  Object.assign(all.ratios, measured?.ratios);
  Object.assign(all.figures, measured?.figures);
}
process.stdout.write(json ? `${JSON.stringify(all)}\n` : table(all));

function table({ ratios, figures }: Measured): string {
  const rows = [...Object.entries(ratios), ["", ""], ...Object.entries(figures)];
  return `${rows.map(([name, value]) => `${name.padEnd(34)}${String(value).padStart(14)}`).join("\n")}\n`;
}

function names(text: string): string[] {
  const list = text.split(",");
  const unknown = list.find((name) => !(name in BENCHES));
  if (unknown !== undefined) throw new InvalidArgumentError(`there is no bench ${unknown}.`);
  return list;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("it must be a number from 1.");
  return value;
}
