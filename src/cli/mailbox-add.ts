import { type Command, Option } from "commander";
import { type MailboxSecret, openMailbox } from "../channels/email/mailbox-connection.ts";
import { type MailboxInput, addMailbox, prepareMailbox } from "../desk/mailboxes.ts";
import { Faults } from "../domain/faults.ts";
import { advanceMailbox } from "../storage/mailboxes.ts";
import type { MailboxRow, MailboxSecurity } from "../storage/schema.ts";
import { type CommonOptions, type OpenedAccount, findInboxFor, noSuchInbox, withAccount } from "./context.ts";
import { CommandFailure, MISUSED } from "./failure.ts";
import { mailboxMeans } from "./mail-means.ts";
import { mailboxFields, saying } from "./mailbox-fields.ts";
import { examples, takesSite, wholeNumber } from "./options.ts";
import { print } from "./output.ts";
import { readPassword } from "./password.ts";

interface AddOptions extends CommonOptions {
  inbox: string;
  host: string;
  port?: number;
  security: MailboxSecurity;
  user: string;
  passwordStdin?: boolean;
  refreshTokenStdin?: boolean;
  tokenUrl?: string;
  clientId?: string;
  folder: string;
  after: string;
  fromNow?: boolean;
  allowPrivate?: boolean;
  authservId?: string;
  check: boolean;
}

export function addMailboxAddCommand(mailbox: Command): void {
  const command = mailbox
    .command("add")
    .description("Fetches the mail of a mailbox into an inbox from now on, after it has tried to sign in.")
    .requiredOption("--inbox <email>", "the address of the inbox that the mail goes into")
    .requiredOption("--host <host>", "the IMAP server")
    .requiredOption("--user <name>", "the user name there, often the address")
    .option("--port <port>", "its port (default: 993, without TLS from the start 143)", wholeNumber(1, 65_535))
    .addOption(
      new Option("--security <kind>", "how the connection is encrypted")
        .choices(["tls", "starttls", "none"])
        .default("tls"),
    )
    .option("--password-stdin", "take the password from the first line of standard input")
    .option("--refresh-token-stdin", "sign in by OAuth 2 (XOAUTH2), with the refresh token on standard input")
    .option("--token-url <url>", "where OAuth 2 access tokens are had")
    .option("--client-id <id>", "the OAuth 2 client; a second line of standard input is its secret")
    .option("--folder <name>", "the folder to fetch", "INBOX")
    .option("--after <what>", "what becomes of a message that was taken: leave, seen, move:FOLDER", "leave")
    .option("--from-now", "leave what is there already")
    .option("--allow-private", "the server may be on this network")
    .option("--authserv-id <name>", "believe the Authentication-Results that its mail server writes under this name")
    .option("--no-check", "do not try to sign in first")
    .action(add);
  examples(
    takesSite(command),
    "cantrip mailbox add --site acme --inbox help@acme.example --host imap.example.com --user help@acme.example --password-stdin < password",
    "cantrip mailbox add --inbox help@acme.example --host imap.gmail.com --user help@acme.example --refresh-token-stdin --token-url https://oauth2.googleapis.com/token --client-id ID < token",
  );
}

async function add(options: AddOptions): Promise<void> {
  const secret = await readSecret(options);
  const mailbox = await withAccount(options, async (opened) => await addOne(opened, options, secret));
  const { username, host, folder } = mailbox;
  const text = `Added the mailbox ${username} on ${host}, ${folder}, id ${mailbox.id}. A running server fetches it from now on.`;
  print(options, mailboxFields(mailbox), text);
}

async function readSecret(options: AddOptions): Promise<MailboxSecret> {
  if (options.passwordStdin === true && options.refreshTokenStdin !== true) return { password: await readPassword() };
  if (options.refreshTokenStdin !== true || options.passwordStdin === true) {
    throw new CommandFailure("say --password-stdin, or --refresh-token-stdin", MISUSED);
  }
  const { tokenUrl, clientId } = options;
  if (tokenUrl === undefined || clientId === undefined) {
    throw new CommandFailure("--refresh-token-stdin needs --token-url and --client-id", MISUSED);
  }
  const [refreshToken = "", clientSecret = ""] = await readLines();
  if (refreshToken === "") throw new CommandFailure("no refresh token came on standard input");
  return { tokenUrl, clientId, refreshToken, ...(clientSecret !== "" && { clientSecret }) };
}

const LONGEST = 16 * 1024;

async function readLines(): Promise<string[]> {
  let text = "";
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > LONGEST) throw new CommandFailure("standard input is too long for a token");
  }
  return text.split(/\r?\n/).map((line) => line.trim());
}

async function addOne(
  { storage: { db }, account, config }: OpenedAccount,
  options: AddOptions,
  secret: MailboxSecret,
): Promise<MailboxRow> {
  const inbox = await findInboxFor(db, account, options.inbox);
  if (inbox === undefined) throw new CommandFailure(noSuchInbox(account, options.inbox));
  const means = mailboxMeans(config);
  const input: MailboxInput = {
    inboxId: inbox.id,
    host: options.host,
    ...(options.port !== undefined && { port: options.port }),
    security: options.security,
    username: options.user,
    auth: "password" in secret ? "password" : "xoauth2",
    secret: means.vault.seal(JSON.stringify(secret)),
    folder: options.folder,
    afterImport: options.after,
    allowPrivate: options.allowPrivate === true,
    ...(options.authservId !== undefined && { authservId: options.authservId }),
  };
  const prepared = await db.transact(async (tx) => await prepareMailbox(tx, account.id, input, new Faults()));
  let last: { uidValidity: number; uid: number } | null = null;
  if (options.check || options.fromNow === true) {
    const keep = async (sealed: string): Promise<void> => void (input.secret = await Promise.resolve(sealed));
    const session = await saying(prepared, async () => await openMailbox(prepared, means, keep));
    try {
      if (options.fromNow === true) {
        last = { uidValidity: session.uidValidity, uid: (await session.uidsAfter(0)).at(-1) ?? 0 };
      }
    } finally {
      session.close();
    }
  }
  return await db.transact(async (tx) => {
    const mailbox = await addMailbox(tx, account.id, input, new Faults());
    if (last === null) return mailbox;
    await advanceMailbox(tx, account.id, { mailboxId: mailbox.id, ...last });
    return { ...mailbox, uid_validity: last.uidValidity, last_uid: last.uid };
  });
}
