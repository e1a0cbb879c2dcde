import type { Command } from "commander";
import { type Reconciliation, reconcileMailbox } from "../desk/reconcile-mailbox.ts";
import { listMailboxes } from "../storage/mailboxes.ts";
import type { MailboxRow } from "../storage/schema.ts";
import { type CommonOptions, withAccount } from "./context.ts";
import { CommandFailure, errorLines } from "./failure.ts";
import { mailboxMeans } from "./mail-means.ts";
import { examples, takesSite } from "./options.ts";
import { print } from "./output.ts";

interface ReconcileOptions extends CommonOptions {
  mailbox?: string;
}

interface Compared {
  mailbox: MailboxRow;
  found: Reconciliation | null;
  error: string | null;
}

/** UIDs that are shown by name. */
const SHOWN = 20;

export function addMailReconcileCommand(mail: Command): void {
  const command = mail
    .command("reconcile")
    .description(
      "Compares mailboxes with what was taken from them, and prints what differs: nothing. Changes nothing.\n" +
        "The exit code is 1 when something differs.",
    )
    .option("--mailbox <id>", "only this mailbox")
    .action(reconcile);
  examples(takesSite(command), "cantrip mail reconcile --site acme", "cantrip mail reconcile --site acme --json");
}

async function reconcile(options: ReconcileOptions): Promise<void> {
  const compared = await withAccount(options, async ({ storage, account, config }) => {
    const all = await listMailboxes(storage.db, account.id);
    const chosen = all.filter(({ id }) => options.mailbox === undefined || id === options.mailbox);
    if (chosen.length === 0) throw new CommandFailure("there is no such mailbox");
    const means = mailboxMeans(config);
    return await Promise.all(
      chosen.map(
        async (mailbox): Promise<Compared> =>
          await reconcileMailbox(storage, means, mailbox).then(
            (found) => ({ mailbox, found, error: null }),
            (error: unknown) => ({ mailbox, found: null, error: errorLines(error)[0] ?? "" }),
          ),
      ),
    );
  });
  const differs = compared.filter(({ found }) => found === null || found.missing.length + found.waiting.length > 0);
  const result = { ok: differs.length === 0, mailboxes: compared.map(fields) };
  print(options, result, compared.flatMap(lines).join("\n"));
  if (differs.length > 0) throw new CommandFailure("", 1);
}

function fields({ mailbox: { id, host, username, folder }, found, error }: Compared): object {
  return { id, host, username, folder, error, ...found };
}

function lines({ mailbox: { id, host, username, folder }, found, error }: Compared): string[] {
  const name = `${id} ${username} on ${host}, ${folder}`;
  if (found === null) return [`${name}: cannot be read: ${error ?? ""}`];
  const taken = Object.entries(found.taken).map(([outcome, count]) => `${count} ${outcome}`);
  return [
    `${name}: ${found.messages} messages${taken.length === 0 ? "" : `, taken: ${taken.join(", ")}`}`,
    ...(found.renumbered ? ["  all of them have new UIDs since the last fetch"] : []),
    ...difference("not in the ledger", found.missing),
    ...difference("not taken yet", found.waiting),
  ];
}

function difference(what: string, uids: readonly number[]): string[] {
  if (uids.length === 0) return [];
  const shown = uids.slice(0, SHOWN).join(", ");
  return [`  ${uids.length} ${what}: UID ${shown}${uids.length > SHOWN ? ", …" : ""}`];
}
