import type { InboxRow } from "../storage/schema.ts";
import { type CommonOptions, type OpenedAccount, findInboxFor, noSuchInbox } from "./context.ts";
import { CommandFailure } from "./failure.ts";

export interface InboxOptions extends CommonOptions {
  inbox?: string;
}

/** The inbox that `--inbox` names; null without it. */
export async function chosenInbox(
  { storage, account }: OpenedAccount,
  { inbox }: InboxOptions,
): Promise<InboxRow | null> {
  if (inbox === undefined) return null;
  const found = await findInboxFor(storage.db, account, inbox);
  if (found === undefined) throw new CommandFailure(noSuchInbox(account, inbox));
  return found;
}
