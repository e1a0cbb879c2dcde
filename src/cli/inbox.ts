import type { Command } from "commander";
import { createInbox } from "../desk/inboxes.ts";
import { Faults } from "../domain/faults.ts";
import { listInboxes } from "../storage/inboxes.ts";
import type { InboxRow } from "../storage/schema.ts";
import { type CommonOptions, withAccount } from "./context.ts";
import { addInboxDkimCommand } from "./inbox-dkim.ts";
import { examples, takesSite } from "./options.ts";
import { print, table } from "./output.ts";

interface CreateOptions extends CommonOptions {
  name: string;
  address: string;
}

export function addInboxCommand(program: Command): void {
  const inbox = program
    .command("inbox")
    .summary("add and list the addresses that customers write to, and sign their mail")
    .description("Adds and lists the addresses that customers write to, and signs what is sent from them.");

  const create = inbox
    .command("create")
    .description("Adds an inbox.")
    .requiredOption("--name <name>", "its name, as the team knows it")
    .requiredOption("--address <email>", "the address that customers write to")
    .action(createOne);
  examples(takesSite(create), "cantrip inbox create --site acme --name Sales --address sales@acme.example");

  const list = inbox.command("list").description("Lists the inboxes, newest first.").action(listAll);
  examples(takesSite(list), "cantrip inbox list --site acme");

  addInboxDkimCommand(inbox);
}

async function createOne(options: CreateOptions): Promise<void> {
  const { name, address } = options;
  const inbox = await withAccount(
    options,
    async ({ storage, account }) =>
      await storage.db.transact(async (tx) => await createInbox(tx, account.id, { name, address }, new Faults())),
  );
  print(options, inboxFields(inbox), `Added the inbox ${inbox.name} <${inbox.address}>, id ${inbox.id}.`);
}

async function listAll(options: CommonOptions): Promise<void> {
  const inboxes = await withAccount(options, async ({ storage, account }) => await listInboxes(storage.db, account.id));
  const rows = inboxes.map((inbox) => [inbox.id, inbox.name, inbox.address]);
  print(options, { inboxes: inboxes.map(inboxFields) }, table(["id", "name", "address"], rows, "No inboxes yet."));
}

export function inboxFields({ id, name, address }: InboxRow): object {
  return { id, name, address };
}
