import type { Command } from "commander";
import { type DkimSetting, dkimOf, makeInboxDkim, removeInboxDkim } from "../desk/inbox-dkim.ts";
import { Faults } from "../domain/faults.ts";
import type { InboxRow } from "../storage/schema.ts";
import { openVault } from "../storage/secrets.ts";
import { type CommonOptions, type OpenedAccount, findInboxFor, noSuchInbox, withAccount } from "./context.ts";
import { CommandFailure } from "./failure.ts";
import { examples, takesSite } from "./options.ts";
import { print } from "./output.ts";

interface DkimOptions extends CommonOptions {
  domain?: string;
}

export function addInboxDkimCommand(inbox: Command): void {
  const dkim = inbox
    .command("dkim")
    .summary("sign what an inbox sends (DKIM)")
    .description("Signs what an inbox sends (DKIM), where the mail server does not do so itself.");

  const set = dkim
    .command("set")
    .description("Makes a key that signs from now on, in place of one there is, and shows the DNS record to set.")
    .argument("<email>", "the address of the inbox")
    .option("--domain <domain>", "sign for this domain, of which the address's is a part")
    .action(setOne);
  examples(takesSite(set), "cantrip inbox dkim set --site acme help@acme.example");

  const show = dkim
    .command("show")
    .description("Shows the DNS record again.")
    .argument("<email>", "the address of the inbox")
    .action(showOne);
  examples(takesSite(show), "cantrip inbox dkim show --site acme help@acme.example");

  const remove = dkim
    .command("remove")
    .description("Signs no more. The DNS record may stay for a week, for mail that is on its way.")
    .argument("<email>", "the address of the inbox")
    .action(removeOne);
  examples(takesSite(remove), "cantrip inbox dkim remove --site acme help@acme.example");
}

async function setOne(address: string, options: DkimOptions): Promise<void> {
  const dkim = await withAccount(options, async (opened) => {
    const inbox = await theInbox(opened, address);
    const { storage, account, config } = opened;
    const vault = openVault({ data: config.data, key: config.secretKey });
    const input = { domain: options.domain ?? null };
    const make = await makeInboxDkim(storage.db, account.id, inbox.id, input, new Faults());
    return await storage.db.transact(async (tx) => await make(tx, vault));
  });
  print(options, dkim, `Mail of ${address} is signed from now on. Set this record:\n\n${recordText(dkim)}`);
}

async function showOne(address: string, options: CommonOptions): Promise<void> {
  const dkim = await withAccount(options, async (opened) => {
    const { config } = opened;
    return dkimOf(openVault({ data: config.data, key: config.secretKey }), await theInbox(opened, address));
  });
  const mend = '"cantrip inbox dkim set" does that';
  if (dkim === null) throw new CommandFailure(`mail of ${address} is not signed here; ${mend}`);
  if (typeof dkim === "string") throw new CommandFailure(dkim);
  print(options, dkim, recordText(dkim));
}

async function removeOne(address: string, options: CommonOptions): Promise<void> {
  await withAccount(options, async (opened) => {
    const inbox = await theInbox(opened, address);
    const { storage, account } = opened;
    await storage.db.transact(async (tx) => await removeInboxDkim(tx, account.id, inbox.id));
  });
  print(options, { removed: true }, `Mail of ${address} is not signed here any more.`);
}

async function theInbox({ storage, account }: OpenedAccount, address: string): Promise<InboxRow> {
  const inbox = await findInboxFor(storage.db, account, address);
  if (inbox === undefined) throw new CommandFailure(noSuchInbox(account, address));
  return inbox;
}

function recordText({ record }: DkimSetting): string {
  return `${record.name}.  TXT\n${record.value}`;
}
