import type { Command } from "commander";
import { requeueReceivedMessage } from "../desk/requeue-received.ts";
import { mailJudge } from "../incoming-mail.ts";
import { listQuarantined } from "../storage/received-messages.ts";
import { type CommonOptions, type OpenedAccount, withAccount } from "./context.ts";
import { CommandFailure, MISUSED, errorLines } from "./failure.ts";
import { mailboxMeans } from "./mail-means.ts";
import { examples, takesSite } from "./options.ts";
import { type OutcomeCounts, countOutcome, noOutcomes, outcomesText } from "./outcomes.ts";
import { print, tell } from "./output.ts";

interface RequeueOptions extends CommonOptions {
  allQuarantined?: boolean;
}

interface Result extends OutcomeCounts {
  requeued: number;
  failed: number;
}

const BATCH = 100;

export function addMailRequeueCommand(mail: Command): void {
  const command = mail
    .command("requeue")
    .description(
      "Takes up messages again that were put aside (quarantine). One that could not be fetched is fetched again.",
    )
    .argument("[id...]", 'the messages, as "cantrip mail list --outcome quarantine" names them')
    .option("--all-quarantined", "all that were put aside")
    .action(requeue);
  examples(
    takesSite(command),
    "cantrip mail requeue --site acme 65f0c2a1e3b4d5f6a7b8c9d0",
    "cantrip mail requeue --site acme --all-quarantined",
  );
}

async function requeue(ids: string[], options: RequeueOptions): Promise<void> {
  const all = options.allQuarantined === true;
  if (all === ids.length > 0) throw new CommandFailure("name messages, or say --all-quarantined", MISUSED);
  const result = await withAccount(options, async (opened) => await requeueAll(opened, all ? everyId(opened) : ids));
  print(options, result, `Took up ${result.requeued} again: ${outcomesText(result)}.`);
  if (result.failed > 0) throw new CommandFailure(`${result.failed} messages could not be taken up`);
}

async function requeueAll(
  { storage, account, config }: OpenedAccount,
  ids: Iterable<string> | AsyncIterable<string>,
): Promise<Result> {
  const result: Result = { requeued: 0, ...noOutcomes(), failed: 0 };
  const means = mailboxMeans(config);
  const stores = { ...storage, judge: mailJudge(config) };
  for await (const id of ids) {
    try {
      const done = await requeueReceivedMessage(stores, means, account.id, id);
      if (done === null) throw new CommandFailure("no such message was put aside");
      countOutcome(result, done.outcome);
      result.requeued += 1;
    } catch (error) {
      result.failed += 1;
      for (const line of errorLines(error)) tell(`error: ${id}: ${line}`);
    }
  }
  return result;
}

/** Each once: what is put aside again is behind by then. */
async function* everyId({ storage, account }: OpenedAccount): AsyncGenerator<string> {
  let after = "";
  for (;;) {
    const ids = await listQuarantined(storage.db, account.id, after, BATCH);
    yield* ids;
    const last = ids.at(-1);
    if (last === undefined) return;
    after = last;
  }
}
