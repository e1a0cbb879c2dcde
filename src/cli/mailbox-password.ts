import type { Command } from "commander";
import { changeMailbox } from "../desk/mailboxes.ts";
import { ANY_VERSION } from "../desk/precondition.ts";
import { Faults } from "../domain/faults.ts";
import { findMailbox } from "../storage/mailboxes.ts";
import { type CommonOptions, withAccount } from "./context.ts";
import { mailboxMeans } from "./mail-means.ts";
import { mailboxFields, noSuchMailbox } from "./mailbox-fields.ts";
import { examples, takesSite } from "./options.ts";
import { print } from "./output.ts";
import { readPassword } from "./password.ts";

export function addMailboxPasswordCommand(mailbox: Command): void {
  const password = mailbox
    .command("password")
    .description(
      "Sets the password of a mailbox again, from the first line of standard input. What was taken stays known.",
    )
    .argument("<id>", "the mailbox")
    .action(setPassword);
  examples(takesSite(password), "cantrip mailbox password --site acme 65f0c2a1e3b4d5f6a7b8c9d0 < password");
}

async function setPassword(id: string, options: CommonOptions): Promise<void> {
  const password = await readPassword();
  const mailbox = await withAccount(options, async ({ storage: { db }, account, config }) => {
    if ((await findMailbox(db, account.id, id)) === undefined) throw noSuchMailbox();
    const secret = mailboxMeans(config).vault.seal(JSON.stringify({ password }));
    const input = { auth: "password" as const, secret };
    return await db.transact(async (tx) => await changeMailbox(tx, account.id, id, input, new Faults(), ANY_VERSION));
  });
  print(options, mailboxFields(mailbox), `Set. Try it with "cantrip mailbox test ${id}".`);
}
