import type { Command } from "commander";
import { removeMailbox } from "../desk/mailboxes.ts";
import { openToLook } from "../desk/open-mailbox.ts";
import { findMailbox, listMailboxes } from "../storage/mailboxes.ts";
import { type CommonOptions, withAccount } from "./context.ts";
import { mailboxMeans } from "./mail-means.ts";
import { addMailboxAddCommand } from "./mailbox-add.ts";
import { addMailboxFetchCommand } from "./mailbox-fetch.ts";
import { mailboxFields, noSuchMailbox, saying } from "./mailbox-fields.ts";
import { addMailboxSetCommand } from "./mailbox-set.ts";
import { addMailboxPasswordCommand } from "./mailbox-password.ts";
import { examples, takesSite } from "./options.ts";
import { print, table, timeOrNull } from "./output.ts";

const HEAD = ["id", "user", "host", "folder", "fetched", "error"];

export function addMailboxCommand(program: Command): void {
  const mailbox = program
    .command("mailbox")
    .summary("fetch mail from mailboxes elsewhere (IMAP)")
    .description("Says which mailboxes elsewhere mail is fetched from (IMAP), and how that goes.");
  addMailboxAddCommand(mailbox);

  const list = mailbox.command("list").description("Lists the mailboxes, oldest first.").action(listAll);
  examples(takesSite(list), "cantrip mailbox list --site acme");

  const test = mailbox
    .command("test")
    .description("Signs in to a mailbox and counts what is in it. Takes nothing.")
    .argument("<id>", "the mailbox")
    .action(testOne);
  examples(takesSite(test), "cantrip mailbox test --site acme 65f0c2a1e3b4d5f6a7b8c9d0");

  addMailboxFetchCommand(mailbox);
  addMailboxPasswordCommand(mailbox);

  addMailboxSetCommand(mailbox);

  const remove = mailbox
    .command("remove")
    .description("Fetches from a mailbox no more. What was taken stays, and what is in the mailbox too.")
    .argument("<id>", "the mailbox")
    .action(removeOne);
  examples(takesSite(remove), "cantrip mailbox remove --site acme 65f0c2a1e3b4d5f6a7b8c9d0");
}

async function listAll(options: CommonOptions): Promise<void> {
  const mailboxes = await withAccount(
    options,
    async ({ storage, account }) => await listMailboxes(storage.db, account.id),
  );
  const rows = mailboxes.map((each) => [
    each.id,
    each.username,
    each.host,
    each.folder,
    timeOrNull(each.last_fetched_at),
    each.last_error,
  ]);
  print(options, { mailboxes: mailboxes.map(mailboxFields) }, table(HEAD, rows, "No mailboxes yet."));
}

async function testOne(id: string, options: CommonOptions): Promise<void> {
  const { mailbox, messages, waiting } = await withAccount(options, async ({ storage, account, config }) => {
    const found = await findMailbox(storage.db, account.id, id);
    if (found === undefined) throw noSuchMailbox();
    const means = mailboxMeans(config);
    const session = await saying(found, async () => await openToLook(storage.db, found, means));
    try {
      const uids = await session.uidsAfter(0);
      const last = found.uid_validity === session.uidValidity ? found.last_uid : 0;
      return { mailbox: found, messages: uids.length, waiting: uids.filter((uid) => uid > last).length };
    } finally {
      session.close();
    }
  });
  const text = `${mailbox.username} on ${mailbox.host} opens: ${messages} messages in ${mailbox.folder}, ${waiting} to take.`;
  print(options, { ...mailboxFields(mailbox), messages, waiting }, text);
}

async function removeOne(id: string, options: CommonOptions): Promise<void> {
  const mailbox = await withAccount(
    options,
    async ({ storage, account }) => await storage.db.transact(async (tx) => await removeMailbox(tx, account.id, id)),
  );
  print(options, mailboxFields(mailbox), `Removed ${mailbox.username} on ${mailbox.host}.`);
}
