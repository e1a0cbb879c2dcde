import type { Command } from "commander";
import { ConfigError } from "../config.ts";
import { processReceivedMessage } from "../desk/receive-message.ts";
import { storeReceivedMessage } from "../desk/store-received.ts";
import { mailJudge } from "../incoming-mail.ts";
import type { ReceivedMessageRow } from "../storage/schema.ts";
import {
  type CommonOptions,
  NoSuchSite,
  type OpenedAccount,
  configOf,
  findInboxFor,
  noSuchInbox,
  withAccount,
} from "./context.ts";
import { CommandFailure, EX_CONFIG, EX_NOUSER, EX_TEMPFAIL, EX_UNAVAILABLE, EX_USAGE, errorLines } from "./failure.ts";
import { examples, takesSite } from "./options.ts";
import { print, tell } from "./output.ts";

interface ReceiveOptions extends CommonOptions {
  inbox: string;
}

type Processed = Pick<ReceivedMessageRow, "outcome" | "reason" | "ticket_id" | "message_id">;

const PENDING: Processed = { outcome: "pending", reason: null, ticket_id: null, message_id: null };

const EXIT_CODES = `
Exit codes (sysexits.h), for the mail server that runs it:
  0   the message is on the disk, whatever becomes of it
  64  the command line is wrong         67  there is no such help desk or inbox
  69  the message is too large          75  not now: try again later
  78  a setting is wrong`;

export function addMailReceiveCommand(mail: Command): void {
  const command = mail
    .command("receive")
    .description("Takes one message, as a mail server pipes it, from standard input.")
    .requiredOption("--inbox <email>", "the address of the inbox that it is for")
    .action(receive)
    .exitOverride((error) => {
      // Commander has said what is wrong; only the code differs from other commands.
      throw error.exitCode === 0 ? error : new CommandFailure("", EX_USAGE);
    });
  examples(
    takesSite(command),
    "cantrip mail receive --site acme --inbox help@acme.example < message.eml",
    "cantrip mail receive --inbox help@acme.example --json < message.eml",
  ).addHelpText("after", EXIT_CODES);
}

async function receive(options: ReceiveOptions): Promise<void> {
  // Once the message is stored the answer is 0: trouble after that must not make the mail server send it again.
  const received: { id: string | null; processed: Processed } = { id: null, processed: PENDING };
  try {
    const raw = await readMessage(readLimit(options));
    await withAccount(options, async (opened) => {
      received.id = await store(opened, options.inbox, raw);
      received.processed = await tryProcess(opened, received.id);
    });
  } catch (error) {
    if (received.id === null) throw asMailFailure(error);
    for (const line of errorLines(error)) tell(`warning: ${line}`);
  }
  if (received.id !== null) printOutcome(options, received.id, received.processed);
}

function readLimit(options: ReceiveOptions): number {
  try {
    return configOf(options).mailLimit;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const isFlag = error.message.startsWith("--");
    throw new CommandFailure(error.message, isFlag ? EX_USAGE : EX_CONFIG);
  }
}

/** Reads standard input as bytes, never more than the limit and one chunk. */
async function readMessage(limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).byteLength;
    if (size > limit) {
      throw new CommandFailure(`the message has more than ${limit} bytes (CANTRIP_MAIL_LIMIT)`, EX_UNAVAILABLE);
    }
  }
  return Buffer.concat(chunks);
}

async function store({ storage, account }: OpenedAccount, address: string, raw: Uint8Array): Promise<string> {
  const inbox = await findInboxFor(storage.db, account, address);
  if (inbox === undefined) throw new CommandFailure(noSuchInbox(account, address), EX_NOUSER);
  return await storeReceivedMessage(storage, {
    accountId: account.id,
    inboxId: inbox.id,
    source: "pipe",
    sourcePosition: null,
    raw,
  });
}

async function tryProcess({ storage, account, config }: OpenedAccount, id: string): Promise<Processed> {
  try {
    const stores = { ...storage, judge: mailJudge(config) };
    const { outcome, reason, ticketId, messageId } = await processReceivedMessage(stores, account.id, id);
    return { outcome, reason, ticket_id: ticketId, message_id: messageId };
  } catch (error) {
    tell(`warning: the message is stored as ${id}, but nothing was made of it yet:`);
    for (const line of errorLines(error)) tell(`warning: ${line}`);
    tell('warning: a running server tries again, and so does "cantrip mail process"');
    return PENDING;
  }
}

/** Whatever is not known to be final may pass: a mail server that is told 75 keeps the message. */
function asMailFailure(error: unknown): CommandFailure {
  if (error instanceof CommandFailure && error.exitCode >= EX_USAGE) return error;
  const message = errorLines(error).join("\n");
  return new CommandFailure(message, error instanceof NoSuchSite ? EX_NOUSER : EX_TEMPFAIL);
}

function printOutcome(options: ReceiveOptions, id: string, processed: Processed): void {
  const { outcome, reason, ticket_id } = processed;
  const facts = [ticket_id === null ? null : `ticket ${ticket_id}`, reason].filter((fact) => fact !== null);
  print(options, { id, ...processed }, [`Received as ${id}: ${outcome}`, ...facts].join(", "));
}
