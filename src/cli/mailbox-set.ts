import type { Command } from "commander";
import { trustAuthserv } from "../desk/mailboxes.ts";
import { Faults } from "../domain/faults.ts";
import { type CommonOptions, withAccount } from "./context.ts";
import { mailboxFields } from "./mailbox-fields.ts";
import { examples, takesSite } from "./options.ts";
import { print } from "./output.ts";

interface SetOptions extends CommonOptions {
  authservId: string;
}

export function addMailboxSetCommand(mailbox: Command): void {
  const command = mailbox
    .command("set")
    .description("Changes whom a mailbox is believed to know: who sent a message, in mail that comes from now on.")
    .argument("<id>", "the mailbox")
    .requiredOption(
      "--authserv-id <name>",
      'believe the Authentication-Results that its mail server writes under this name; "" believes nobody\'s',
    )
    .action(set);
  examples(
    takesSite(command),
    "cantrip mailbox set --site acme 65f0c2a1e3b4d5f6a7b8c9d0 --authserv-id mx.google.com",
    'cantrip mailbox set 65f0c2a1e3b4d5f6a7b8c9d0 --authserv-id ""',
  );
}

async function set(id: string, options: SetOptions): Promise<void> {
  const authservId = options.authservId === "" ? null : options.authservId;
  const mailbox = await withAccount(
    options,
    async ({ storage, account }) =>
      await storage.db.transact(async (tx) => await trustAuthserv(tx, account.id, id, authservId, new Faults())),
  );
  const { username, host } = mailbox;
  const text =
    authservId === null
      ? `Nobody is believed about who sent the mail of ${username} on ${host}.`
      : `${authservId} is believed about who sent the mail of ${username} on ${host}.`;
  print(options, mailboxFields(mailbox), text);
}
