import { resolve } from "node:path";
import type { Command } from "commander";
import { processReceivedMessage } from "../desk/receive-message.ts";
import { storeReceivedMessage } from "../desk/store-received.ts";
import { measureMailFiles, readMailFiles } from "../mail/mailbox-files.ts";
import { hashBytes } from "../storage/blobs.ts";
import { findImported } from "../storage/received-messages.ts";
import type { InboxRow } from "../storage/schema.ts";
import { type CommonOptions, type OpenedAccount, findInboxFor, noSuchInbox, withAccount } from "./context.ts";
import { CommandFailure, INTERRUPTED, errorLines } from "./failure.ts";
import { examples, takesSite } from "./options.ts";
import { type OutcomeCounts, countOutcome, counted, noOutcomes, outcomesText } from "./outcomes.ts";
import { print, tell } from "./output.ts";
import { rate, share, sizeText, startProgress } from "./progress.ts";

interface ImportOptions extends CommonOptions {
  inbox: string;
}

interface Summary extends OutcomeCounts {
  files: number;
  messages: number;
  skipped: number;
}

/** What an import comes to: `failed` messages are stored and pending; `stopped` by Ctrl-C. */
interface Result {
  summary: Summary;
  failed: number;
  stopped: boolean;
}

type MailFileMessage = Awaited<ReturnType<ReturnType<typeof readMailFiles>["next"]>>["value"];

export function addImportMailCommand(group: Command): void {
  const command = group
    .command("mail")
    .description(
      "Imports mail from files: single messages (.eml), mbox files, Maildir folders, and folders of any of these.\n" +
        "What an earlier run took from the same place is passed over, so an import that was stopped goes on by running it again.",
    )
    .argument("<path...>", "files and folders")
    .requiredOption("--inbox <email>", "the address of the inbox that the mail goes into")
    .action(importMail);
  examples(
    takesSite(command),
    "cantrip import mail --site acme --inbox help@acme.example archive.mbox",
    "cantrip import mail --site acme --inbox help@acme.example Maildir old-messages/ --json",
  );
}

async function importMail(paths: string[], options: ImportOptions): Promise<void> {
  // The same place from whatever folder it is named: the ledger keeps it.
  const places = paths.map((path) => resolve(path));
  const { summary, failed, stopped } = await withAccount(options, async (opened) => {
    const inbox = await findInboxFor(opened.storage.db, opened.account, options.inbox);
    if (inbox === undefined) throw new CommandFailure(noSuchInbox(opened.account, options.inbox));
    return await importAll(opened, inbox, places);
  });
  const text = `Imported ${counted(summary.messages, "message")} of ${counted(summary.files, "file")}: ${outcomesText(summary)}, ${summary.skipped} passed over.`;
  print(options, summary, text);
  if (stopped) throw new CommandFailure("stopped; run the same command again to go on where it stopped", INTERRUPTED);
  if (failed > 0) {
    throw new CommandFailure(
      `${failed} messages are stored but still pending; "cantrip mail process" tries them again`,
    );
  }
}

async function importAll(opened: OpenedAccount, inbox: InboxRow, paths: string[]): Promise<Result> {
  const total = await measureMailFiles(paths);
  const summary: Summary = { files: total.files, messages: 0, ...noOutcomes(), skipped: 0 };
  const result: Result = { summary, failed: 0, stopped: false };
  // Once: a second Ctrl-C ends the process at once, which loses nothing that is stored.
  const stop = (): void => {
    result.stopped = true;
  };
  process.once("SIGINT", stop);
  const progress = startProgress();
  const start = performance.now();
  let bytes = 0;
  const line = (): string =>
    `${summary.messages} messages, ${share(bytes, total.bytes)} of ${sizeText(total.bytes)}, ${rate(summary.messages, start)}`;
  try {
    for await (const message of readMailFiles(paths)) {
      if (result.stopped) break;
      await importOne(opened, inbox, message, result);
      bytes += message.bytes;
      progress.update(line);
    }
  } finally {
    progress.finish(line());
    process.off("SIGINT", stop);
  }
  return result;
}

async function importOne(
  { storage, account }: OpenedAccount,
  inbox: InboxRow,
  { raw, position, cut }: MailFileMessage,
  result: Result,
): Promise<void> {
  result.summary.messages += 1;
  const known = await findImported(storage.db, account.id, inbox.id, hashBytes(raw), position);
  if (known !== undefined && known.outcome !== "pending") {
    result.summary.skipped += 1;
    return;
  }
  if (cut) tell(`warning: ${position} is too large for a message; only its beginning is imported`);
  const origin = { accountId: account.id, inboxId: inbox.id, source: "import", sourcePosition: position } as const;
  const id = known?.id ?? (await storeReceivedMessage(storage, { ...origin, raw }));
  try {
    const { outcome } = await processReceivedMessage(storage, account.id, id);
    countOutcome(result.summary, outcome);
  } catch (error) {
    result.failed += 1;
    for (const line of errorLines(error)) tell(`error: ${position}: ${line}`);
  }
}
