import type { Command } from "commander";
import { type AccountChanges, updateAccount } from "../desk/update-account.ts";
import { Faults } from "../domain/faults.ts";
import { formatTime } from "../domain/time.ts";
import { listAccounts } from "../storage/accounts.ts";
import type { AccountRow } from "../storage/schema.ts";
import { type CommonOptions, withAccount, withStorage } from "./context.ts";
import { CommandFailure, MISUSED } from "./failure.ts";
import { examples, takesSite, wholeNumber } from "./options.ts";
import { print, table } from "./output.ts";

interface SetOptions extends CommonOptions {
  name?: string;
  creditsPerMinute?: number;
  requestsPerSecond?: number;
  undoSeconds?: number;
}

const HIGHEST_LIMIT = 1_000_000_000;

/** A reply that waits longer is one that was forgotten. */
const LONGEST_UNDO = 3600;

export function addAccountCommand(program: Command): void {
  const account = program
    .command("account")
    .summary("show and change help desks")
    .description("Shows and changes help desks.");
  const limit = wholeNumber(0, HIGHEST_LIMIT);

  const list = account.command("list").description("Lists the help desks of this installation.").action(listAll);
  examples(list, "cantrip account list");

  const show = account.command("show").description("Shows one help desk and its limits.").action(showOne);
  examples(takesSite(show), "cantrip account show --site acme");

  const set = account
    .command("set")
    .description("Changes a help desk's name or its API limits. What is not named stays as it is.")
    .option("--name <name>", "its name, as people know it")
    .option("--credits-per-minute <n>", "API credits in a minute; 0 means no limit", limit)
    .option("--requests-per-second <n>", "API requests in a second; 0 means no limit", limit)
    .option("--undo-seconds <n>", "how long a reply waits and can be taken back", wholeNumber(0, LONGEST_UNDO))
    .action(change);
  examples(
    takesSite(set),
    "cantrip account set --site acme --credits-per-minute 0 --requests-per-second 0",
    'cantrip account set --site acme --name "Acme Inc."',
  );
}

async function listAll(options: CommonOptions): Promise<void> {
  const accounts = await withStorage(options, async ({ storage }) => await listAccounts(storage.db));
  const rows = accounts.map((account) => [account.site, account.name, account.id, formatTime(account.created_at)]);
  const text = table(["site", "name", "id", "created"], rows, 'No help desk yet; "cantrip setup" makes one.');
  print(options, { accounts: accounts.map(accountFields) }, text);
}

async function showOne(options: CommonOptions): Promise<void> {
  printAccount(options, await withAccount(options, async ({ account }) => await Promise.resolve(account)));
}

async function change(options: SetOptions): Promise<void> {
  const { name, creditsPerMinute, requestsPerSecond, undoSeconds } = options;
  const changes: AccountChanges = {
    ...(name === undefined ? {} : { name }),
    ...(creditsPerMinute === undefined ? {} : { credits_per_minute: creditsPerMinute }),
    ...(requestsPerSecond === undefined ? {} : { requests_per_second: requestsPerSecond }),
    ...(undoSeconds === undefined ? {} : { undo_seconds: undoSeconds }),
  };
  if (Object.keys(changes).length === 0) {
    throw new CommandFailure(
      "nothing to change: give --name, --credits-per-minute, --requests-per-second or --undo-seconds",
      MISUSED,
    );
  }
  const changed = await withAccount(
    options,
    async ({ storage, account }) =>
      await storage.db.transact(async (tx) => await updateAccount(tx, account.id, changes, new Faults())),
  );
  printAccount(options, changed);
}

function accountFields(account: AccountRow): object {
  const { id, site, name, credits_per_minute, requests_per_second, undo_seconds, created_at } = account;
  return { id, site, name, credits_per_minute, requests_per_second, undo_seconds, created_at: formatTime(created_at) };
}

function printAccount(options: CommonOptions, account: AccountRow): void {
  const limitText = (limit: number): string => (limit === 0 ? "no limit" : String(limit));
  const lines = [
    `${account.site} (${account.name})`,
    `  Id                   ${account.id}`,
    `  Credits per minute   ${limitText(account.credits_per_minute)}`,
    `  Requests per second  ${limitText(account.requests_per_second)}`,
    `  Undo window          ${account.undo_seconds} s`,
    `  Created              ${formatTime(account.created_at)}`,
  ];
  print(options, accountFields(account), lines.join("\n"));
}
