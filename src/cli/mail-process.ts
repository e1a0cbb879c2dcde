import type { Command } from "commander";
import { processReceivedMessage } from "../desk/receive-message.ts";
import { mailJudge } from "../incoming-mail.ts";
import { listPendingMessages } from "../storage/received-messages.ts";
import { type CommonOptions, type OpenedAccount, withAccount } from "./context.ts";
import { CommandFailure, errorLines } from "./failure.ts";
import { examples, takesSite } from "./options.ts";
import { type OutcomeCounts, countOutcome, noOutcomes, outcomesText } from "./outcomes.ts";
import { print, tell } from "./output.ts";

const BATCH = 100;

interface Result extends OutcomeCounts {
  processed: number;
  failed: number;
}

export function addMailProcessCommand(mail: Command): void {
  const command = mail
    .command("process")
    .description(
      "Makes tickets and replies of the mail that was stored and is still pending. A running server does so too.",
    )
    .action(processPending);
  examples(takesSite(command), "cantrip mail process --site acme");
}

async function processPending(options: CommonOptions): Promise<void> {
  const result = await withAccount(options, processAll);
  print(options, result, `Processed ${result.processed}: ${outcomesText(result)}.`);
  if (result.failed > 0) throw new CommandFailure(`${result.failed} messages failed and are still pending`);
}

async function processAll({ storage, account, config }: OpenedAccount): Promise<Result> {
  const stores = { ...storage, judge: mailJudge(config) };
  const result: Result = { processed: 0, ...noOutcomes(), failed: 0 };
  const failed = new Set<string>();
  for (;;) {
    // Those that failed stay pending and are listed again: room for them, and past them.
    const pending = await listPendingMessages(storage.db, account.id, BATCH + failed.size);
    const next = pending.filter(({ id }) => !failed.has(id));
    if (next.length === 0) return { ...result, failed: failed.size };
    for (const { id } of next) {
      try {
        countOutcome(result, (await processReceivedMessage(stores, account.id, id)).outcome);
        result.processed += 1;
      } catch (error) {
        failed.add(id);
        for (const line of errorLines(error)) tell(`error: ${id}: ${line}`);
      }
    }
  }
}
