import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { fetchHeldMailbox } from "../desk/fetch-mailbox.ts";
import { MINUTE, SECOND, now } from "../domain/time.ts";
import { findMailbox, leaseMailbox, renewLeases } from "../storage/mailboxes.ts";
import { type CommonOptions, type OpenedAccount, withAccount } from "./context.ts";
import { CommandFailure, INTERRUPTED, errorLines } from "./failure.ts";
import { mailboxMeans } from "./mail-means.ts";
import { noSuchMailbox } from "./mailbox-fields.ts";
import { examples, takesSite } from "./options.ts";
import { type OutcomeCounts, countOutcome, counted, noOutcomes, outcomesText } from "./outcomes.ts";
import { print } from "./output.ts";
import { rate, startProgress } from "./progress.ts";

interface Summary extends OutcomeCounts {
  messages: number;
}

export function addMailboxFetchCommand(mailbox: Command): void {
  const command = mailbox
    .command("fetch")
    .description("Fetches what is in a mailbox now, once. A running server does so all the time.")
    .argument("<id>", "the mailbox")
    .action(fetchOne);
  examples(takesSite(command), "cantrip mailbox fetch --site acme 65f0c2a1e3b4d5f6a7b8c9d0");
}

async function fetchOne(id: string, options: CommonOptions): Promise<void> {
  const { summary, failure, stopped } = await withAccount(options, async (opened) => await fetchNow(opened, id));
  print(options, summary, `Fetched ${counted(summary.messages, "message")}: ${outcomesText(summary)}.`);
  if (stopped) throw new CommandFailure("stopped; the next fetch goes on where it stopped", INTERRUPTED);
  if (failure !== null) throw new CommandFailure(errorLines(Object.assign(failure, { code: "FETCH" })).join("\n"));
}

async function fetchNow(
  { storage, account, config }: OpenedAccount,
  id: string,
): Promise<{ summary: Summary; failure: Error | null; stopped: boolean }> {
  const { db } = storage;
  if ((await findMailbox(db, account.id, id)) === undefined) throw noSuchMailbox();
  const holder = randomUUID();
  const lease = (): { holder: string; until: number } => ({ holder, until: now() + MINUTE });
  const mailbox = await db.transact(async (tx) => await leaseMailbox(tx, account.id, id, now(), lease()));
  if (mailbox === undefined) throw new CommandFailure("a running server is fetching this mailbox already");
  const renewing = setInterval(() => {
    // One that fails is made up for by the next.
    renewLeases(db, lease(), [mailbox]).catch(() => undefined);
  }, 15 * SECOND);
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once("SIGINT", stop);
  const summary: Summary = { messages: 0, ...noOutcomes() };
  const progress = startProgress();
  const start = performance.now();
  const line = (): string => `${summary.messages} messages, ${rate(summary.messages, start)}`;
  try {
    const onMessage = (outcome: Parameters<typeof countOutcome>[1]): void => {
      summary.messages += 1;
      countOutcome(summary, outcome);
      progress.update(line);
    };
    const parts = { storage, means: mailboxMeans(config), holder, onMessage };
    const failure = await fetchHeldMailbox(parts, mailbox, { watch: false, signal: stopping.signal });
    return { summary, failure, stopped: stopping.signal.aborted };
  } finally {
    progress.finish(line());
    clearInterval(renewing);
    process.off("SIGINT", stop);
  }
}
