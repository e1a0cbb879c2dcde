import { generatePassword, hashPassword } from "./domain/passwords.ts";
import { setUpAccount } from "./desk/set-up-account.ts";
import { listAccounts } from "./storage/accounts.ts";
import type { Db } from "./storage/database.ts";

/** What a person needs to know of a help desk that was just set up by itself. Shown once. */
export interface FirstRun {
  site: string;
  email: string;
  password: string;
  token: string;
  inboxAddress: string;
}

const DEFAULT_SITE = "help";
const OWNER_EMAIL = "owner@localhost";
const INBOX_ADDRESS = "help@localhost";

/** Sets a help desk up when there is none, so that the first start serves one; null when there is one already. */
export async function setUpFirstAccount(db: Db, site: string | null): Promise<FirstRun | null> {
  if ((await listAccounts(db)).length > 0) return null;
  const password = generatePassword();
  const password_hash = await hashPassword(password);
  const { account, token } = await db.transact(
    async (tx) =>
      await setUpAccount(tx, {
        site: site ?? DEFAULT_SITE,
        name: "Help desk",
        owner: { email: OWNER_EMAIL, password_hash },
        inbox: { name: "Support", address: INBOX_ADDRESS },
      }),
  );
  return { site: account.site, email: OWNER_EMAIL, password, token, inboxAddress: INBOX_ADDRESS };
}
