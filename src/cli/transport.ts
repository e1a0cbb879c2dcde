import { isIP } from "node:net";
import { type Command, Option } from "commander";
import { type TransportInput, setTransport } from "../desk/transports.ts";
import { Faults } from "../domain/faults.ts";
import type { OAuthGrant } from "../mail/access-token.ts";
import { type HostPolicy, resolveSafely } from "../mail/host-guard.ts";
import { MailError } from "../mail/mail-error.ts";
import { deliveryMeans } from "../outgoing-mail.ts";
import { listInboxes } from "../storage/inboxes.ts";
import type { InboxRow, TransportRow, TransportSecurity } from "../storage/schema.ts";
import { deleteTransport, listTransports } from "../storage/transports.ts";
import { type InboxOptions, chosenInbox } from "./chosen-inbox.ts";
import { type CommonOptions, withAccount } from "./context.ts";
import { CommandFailure } from "./failure.ts";
import { examples, takesSite, wholeNumber } from "./options.ts";
import { print, table, tell } from "./output.ts";
import { readPassword } from "./password.ts";
import { addTransportTestCommand } from "./transport-test.ts";

interface SetOptions extends InboxOptions {
  host: string;
  port?: number;
  security: TransportSecurity;
  user?: string;
  passwordStdin?: boolean;
  oauthStdin?: boolean;
  allowPrivate?: boolean;
}

const INBOX = [
  "--inbox <email>",
  "the inbox with this address; without it all inboxes that have none of their own",
] as const;

export function addTransportCommand(program: Command): void {
  const transport = program
    .command("transport")
    .summary("say which mail server takes what the help desk sends")
    .description("Says which mail server takes what the help desk sends, and tries it out.");

  const set = transport
    .command("set")
    .description("Sets the mail server of an inbox, or of the whole help desk. What is not named has its default.")
    .option(...INBOX)
    .requiredOption("--host <host>", "its name")
    .option(
      "--port <port>",
      "its port (default: 465 with tls, 587 with starttls, 25 with none)",
      wholeNumber(1, 65_535),
    )
    .addOption(
      new Option("--security <way>", "how the connection is secured")
        .choices(["tls", "starttls", "none"])
        .default("starttls"),
    )
    .option("--user <name>", "who signs in; without it nobody does")
    .option("--password-stdin", "read the password from the first line of standard input")
    .option(
      "--oauth-stdin",
      "sign in with XOAUTH2: read token_url, client_id, client_secret, refresh_token as one line of JSON",
    )
    .option("--allow-private", "the server may be on this network: a relay of your own")
    .action(setOne);
  examples(
    takesSite(set),
    "cantrip transport set --site acme --host smtp.example.com --user help@acme.example --password-stdin < password.txt",
    "cantrip transport set --site acme --host 127.0.0.1 --security none --allow-private",
  );

  const list = transport
    .command("list")
    .description("Lists the mail servers, without their passwords.")
    .action(listAll);
  examples(takesSite(list), "cantrip transport list --site acme");

  const remove = transport
    .command("remove")
    .description("Removes the mail server of an inbox, or of the whole help desk.")
    .option(...INBOX)
    .action(removeOne);
  examples(takesSite(remove), "cantrip transport remove --site acme --inbox sales@acme.example");

  addTransportTestCommand(transport);
}

async function setOne(options: SetOptions): Promise<void> {
  const { host, port, security, user } = options;
  const input: TransportInput = {
    host,
    security,
    auth: options.oauthStdin === true ? "xoauth2" : user === undefined ? "none" : "password",
    allowPrivate: options.allowPrivate === true,
    ...(port !== undefined && { port }),
    ...(user !== undefined && { username: user }),
    ...(options.passwordStdin === true && { password: await readPassword() }),
    ...(options.oauthStdin === true && { grant: readGrant(await readPassword()) }),
  };
  const [set, own, allowed] = await withAccount(options, async (opened) => {
    const { config, storage, account } = opened;
    const { vault } = deliveryMeans(config, storage);
    const inbox = await chosenInbox(opened, options);
    const transport = await storage.db.transact(
      async (tx) => await setTransport(tx, vault, account.id, inbox?.id ?? null, input, new Faults()),
    );
    return [transport, inbox, input.allowPrivate || config.allowPrivateHosts] as const;
  });
  const whose = own === null ? "Mail" : `Mail of ${own.address}`;
  const text = `${whose} goes to ${set.host}:${set.port} now; try it with "cantrip transport test".`;
  print(options, transportFields(set, own), text);
  await warnOfOwnNetwork(host, allowed);
}

/** Of an address, at once; what a name leads to, `transport test` and the doctor say. */
async function warnOfOwnNetwork(host: string, allowPrivate: HostPolicy["allowPrivate"]): Promise<void> {
  if (isIP(host) === 0 && host.toLowerCase() !== "localhost") return;
  await resolveSafely(host, { allowPrivate }).catch((error: unknown) => {
    if (!(error instanceof MailError)) throw error;
    tell(`Nothing is sent yet: ${error.message}, or set it again with --allow-private.`);
  });
}

async function listAll(options: CommonOptions): Promise<void> {
  const { transports, inboxes } = await withAccount(options, async ({ storage, account }) => ({
    transports: await listTransports(storage.db, account.id),
    inboxes: await listInboxes(storage.db, account.id),
  }));
  const shown = transports.map((transport) => ({
    transport,
    inbox: inboxes.find(({ id }) => id === transport.inbox_id) ?? null,
  }));
  const rows = shown.map(({ transport, inbox }) => [
    inbox?.address ?? "(all)",
    transport.host,
    transport.port,
    transport.security,
    transport.username,
  ]);
  const text = table(["inbox", "host", "port", "security", "user"], rows, "No mail server yet.");
  print(options, { transports: shown.map(({ transport, inbox }) => transportFields(transport, inbox)) }, text);
}

async function removeOne(options: InboxOptions): Promise<void> {
  const removed = await withAccount(options, async (opened) => {
    const inbox = await chosenInbox(opened, options);
    const { storage, account } = opened;
    return await storage.db.transact(async (tx) => await deleteTransport(tx, account.id, inbox?.id ?? null));
  });
  if (!removed) {
    throw new CommandFailure('there is no such mail server; "cantrip transport list" shows those there are');
  }
  print(options, { removed }, "Removed.");
}

/** As OAuth 2 names its parameters (RFC 6749). */
function readGrant(line: string): OAuthGrant {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new CommandFailure("standard input is not one line of JSON");
  }
  const { token_url, client_id, client_secret, refresh_token } = (value ?? {}) as Record<string, unknown>;
  if (typeof token_url !== "string" || typeof client_id !== "string" || typeof refresh_token !== "string") {
    throw new CommandFailure("token_url, client_id and refresh_token are required, as text");
  }
  return {
    tokenUrl: token_url,
    clientId: client_id,
    refreshToken: refresh_token,
    ...(typeof client_secret === "string" && { clientSecret: client_secret }),
  };
}

function transportFields(transport: TransportRow, inbox: InboxRow | null): object {
  const { id, host, port, security, auth, username, allow_private } = transport;
  return {
    id,
    inbox: inbox?.address ?? null,
    host,
    port,
    security,
    auth,
    user: username,
    allow_private: allow_private === 1,
  };
}
