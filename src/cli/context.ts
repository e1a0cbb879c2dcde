import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Config, readConfig } from "../config.ts";
import { contactKey } from "../domain/contact-values.ts";
import { findAccountBySite, listAccounts } from "../storage/accounts.ts";
import type { Reader } from "../storage/database.ts";
import { findInboxByAddress } from "../storage/inboxes.ts";
import { DATABASE_FILE, type Storage, openStorage } from "../storage/open.ts";
import type { AccountRow, InboxRow } from "../storage/schema.ts";
import { CommandFailure } from "./failure.ts";

/** The options that every command takes, as commander hands them over, and the `--site` of most. */
export interface CommonOptions {
  data?: string;
  json?: boolean;
  site?: string;
}

/** What a command works on. */
export interface Opened {
  config: Config;
  storage: Storage;
}

/** Of one help desk. */
export interface OpenedAccount extends Opened {
  account: AccountRow;
}

/** `--site` names a help desk that is not there. */
export class NoSuchSite extends CommandFailure {}

export function configOf(options: CommonOptions): Config {
  return readConfig({ data: options.data, site: options.site });
}

/**
 * Opens the storage for `work` and closes it after, whatever happens. Storage that is not there yet is made only with
 * `create`: looking into the wrong folder must not leave an empty database behind.
 */
export async function withStorage<T>(
  options: CommonOptions,
  work: (opened: Opened) => Promise<T>,
  { create = false } = {},
): Promise<T> {
  const config = configOf(options);
  if (!create) refuseMissing(config);
  const storage = await openStorage(config);
  try {
    return await work({ config, storage });
  } finally {
    await storage.close();
  }
}

/** Like `withStorage`, for the help desk that `--site` names, or the only one. */
export async function withAccount<T>(options: CommonOptions, work: (opened: OpenedAccount) => Promise<T>): Promise<T> {
  return await withStorage(options, async ({ config, storage }) => {
    const account = await resolveAccount(storage.db, config.site);
    return await work({ config, storage, account });
  });
}

/** The account of a site; without a site the only account there is. */
export async function resolveAccount(reader: Reader, site: string | null): Promise<AccountRow> {
  if (site !== null) {
    const account = await findAccountBySite(reader, site);
    if (account === undefined) {
      throw new NoSuchSite(`there is no help desk "${site}"; "cantrip account list" shows those there are`);
    }
    return account;
  }
  const accounts = await listAccounts(reader);
  const [first] = accounts;
  if (first === undefined) throw new CommandFailure('there is no help desk yet; "cantrip setup" makes one');
  if (accounts.length > 1) {
    throw new CommandFailure(
      `there are ${accounts.length} help desks: say which with --site; "cantrip account list" shows them`,
    );
  }
  return first;
}

/** The account's inbox with this address; undefined when there is none. */
export async function findInboxFor(
  reader: Reader,
  account: AccountRow,
  address: string,
): Promise<InboxRow | undefined> {
  return await findInboxByAddress(reader, account.id, contactKey("email", address));
}

export function noSuchInbox(account: AccountRow, address: string): string {
  return `the help desk "${account.site}" has no inbox ${address}; "cantrip inbox list --site ${account.site}" shows those it has`;
}

function refuseMissing({ data, databaseUrl }: Config): void {
  if (databaseUrl !== null || existsSync(join(data, DATABASE_FILE))) return;
  throw new CommandFailure(
    `there is no help desk in ${data}; name its folder with --data or CANTRIP_DATA, or make one with "cantrip setup"`,
  );
}
