import { makeSetupKey } from "./desk/finish-setup.ts";
import { linkOf, makeLinkKey } from "./desk/one-time-links.ts";
import { setUpAccount } from "./desk/set-up-account.ts";
import { listAccounts, lockFirstAccount } from "./storage/accounts.ts";
import type { Db } from "./storage/database.ts";

/** What a person needs to know of a help desk that was just set up by itself. Shown once. */
export interface FirstRun {
  site: string;
  email: string;
  token: string;
  inboxAddress: string;
}

const DEFAULT_SITE = "help";
const OWNER_EMAIL = "owner@localhost";
const INBOX_ADDRESS = "help@localhost";

/**
 * Sets a help desk up when there is none, so that the first start serves one; null when there is one already. Of servers
 * that start together on one database, one makes it.
 */
export async function setUpFirstAccount(db: Db, site: string | null): Promise<FirstRun | null> {
  if ((await listAccounts(db)).length > 0) return null;
  const made = await db.transact(async (tx) => {
    await lockFirstAccount(tx);
    if ((await listAccounts(tx)).length > 0) return null;
    const setUp = await setUpAccount(tx, {
      site: site ?? DEFAULT_SITE,
      name: "Help desk",
      // Whoever opens the printed link gives them a name and a password.
      owner: { email: OWNER_EMAIL, password_hash: null },
      inbox: { name: "Support", address: INBOX_ADDRESS },
    });
    // What says that nobody has taken charge yet: the links that are printed have keys of their own.
    await makeLinkKey(tx, "setup", setUp.user);
    return setUp;
  });
  if (made === null) return null;
  const { account, token } = made;
  return { site: account.site, email: OWNER_EMAIL, token, inboxAddress: INBOX_ADDRESS };
}

/** The page where somebody takes charge of a help desk that nobody has taken charge of yet, below this server's URL; else null. */
export async function openSetupPage(db: Db): Promise<string | null> {
  const key = await makeSetupKey(db);
  return key === null ? null : linkOf("setup", "", key);
}
