import { randomBytes } from "node:crypto";
import { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import { findAccountBySite, insertAccount } from "../storage/accounts.ts";
import type { Tx } from "../storage/database.ts";
import type { AccountRow, InboxRow, UserRow } from "../storage/schema.ts";
import { createToken } from "./create-token.ts";
import { createUser } from "./create-user.ts";
import { createInbox } from "./inboxes.ts";

/** What the API document promises every account (C1). */
const CREDITS_PER_MINUTE = 100;
const REQUESTS_PER_SECOND = 6;

/** How long a reply may be taken back. */
const UNDO_SECONDS = 10;

export interface SetupInput {
  site: string;
  name: string;
  owner: { email: string; first_name?: string; last_name?: string; password_hash: string | null };
  inbox: { name: string; address: string };
}

export interface SetUp {
  account: AccountRow;
  user: UserRow;
  inbox: InboxRow;
  token: string;
}

/** Makes a help desk that can be used at once: account, owner, first inbox and a token. All of it, or nothing. */
export async function setUpAccount(tx: Tx, input: SetupInput): Promise<SetUp> {
  const faults = new Faults();
  if ((await findAccountBySite(tx, input.site)) !== undefined) faults.add(`site ${input.site} is already used`);
  faults.throwIfAny();
  const account = newAccount(input.site, input.name);
  await insertAccount(tx, account);
  const user = await createUser(tx, account.id, { ...input.owner, role: "owner" }, faults);
  const inbox = await createInbox(tx, account.id, input.inbox, faults);
  const { token } = await createToken(tx, account.id, "First token", faults);
  return { account, user, inbox, token };
}

export function newAccount(site: string, name: string): AccountRow {
  return {
    id: newId(),
    site,
    name,
    credits_per_minute: CREDITS_PER_MINUTE,
    requests_per_second: REQUESTS_PER_SECOND,
    undo_seconds: UNDO_SECONDS,
    version: 1,
    thread_secret: randomBytes(32).toString("hex"),
    created_at: now(),
  };
}
