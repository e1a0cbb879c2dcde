import type { Command } from "commander";
import { type CommonOptions, withAccount } from "./context.ts";
import { examples, moment, takesSite, wholeNumber } from "./options.ts";
import { print } from "./output.ts";
import { rate, share, startProgress } from "./progress.ts";

interface DemoOptions extends CommonOptions {
  tickets: number;
  seed: number;
  until?: number;
}

const MOST_TICKETS = 10_000_000;

export function addDemoCommand(program: Command): void {
  const command = program
    .command("demo")
    .summary("fill a help desk with lifelike tickets, to try it")
    .description(
      "Fills a help desk with lifelike tickets, to try it and to measure it. The same seed makes the same data.",
    )
    .requiredOption("--tickets <n>", "how many tickets to add", wholeNumber(1, MOST_TICKETS))
    .option("--seed <n>", "what the data grows from", wholeNumber(0, 2 ** 32 - 1), 1)
    .option("--until <date>", "when the newest ticket was written to (default: now)", moment)
    .action(demo);
  examples(
    takesSite(command),
    "cantrip demo --site acme --tickets 1000",
    "cantrip demo --site acme --tickets 100000 --seed 7 --until 2026-03-01",
  );
}

async function demo(options: DemoOptions): Promise<void> {
  // Only here: its texts are large, and a mail server starts this program for every message.
  const { seedDemo } = await import("./demo-data.ts");
  const { tickets, seed, until } = options;
  const result = await withAccount(options, async ({ storage, account }) => {
    const progress = startProgress();
    const start = performance.now();
    const line = (done: number, total: number): string =>
      `${done} tickets, ${share(done, total)}, ${rate(done, start)}`;
    const wanted = { site: account.site, tickets, seed, ...(until === undefined ? {} : { until }) };
    const made = await seedDemo(storage, wanted, (done, total) => progress.update(() => line(done, total)));
    progress.finish(line(made.tickets, tickets));
    return made;
  });
  print(
    options,
    result,
    `Added ${result.tickets} tickets with ${result.messages} messages of ${result.customers} customers.`,
  );
}
