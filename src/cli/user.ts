import { type Command, Option } from "commander";
import { isIPv6 } from "node:net";
import { type Config, readConfig } from "../config.ts";
import { createUser } from "../desk/create-user.ts";
import { linkOf, makeLinkKey } from "../desk/one-time-links.ts";
import { removeSecondFactors } from "../desk/second-factors.ts";
import { changePassword } from "../desk/sign-in.ts";
import { contactKey } from "../domain/contact-values.ts";
import { SYSTEM } from "../domain/events.ts";
import { Faults } from "../domain/faults.ts";
import { generatePassword, hashPassword, passwordFault } from "../domain/passwords.ts";
import { USER_ROLES, type UserRole } from "../domain/states.ts";
import { formatTime } from "../domain/time.ts";
import { type AuditedBy, recordAudit } from "../storage/audit-entries.ts";
import type { Tx } from "../storage/database.ts";
import type { AccountRow, UserRow } from "../storage/schema.ts";
import { findUserByEmail, listUsers, userName } from "../storage/users.ts";
import { type CommonOptions, withAccount } from "./context.ts";
import { CommandFailure } from "./failure.ts";
import { examples, takesSite } from "./options.ts";
import { print, table } from "./output.ts";
import { readPassword } from "./password.ts";

interface CreateOptions extends CommonOptions {
  firstName?: string;
  lastName?: string;
  email: string;
  role: UserRole;
  passwordStdin?: boolean;
}

interface LinkOptions extends CommonOptions {
  email: string;
  publicUrl?: string;
}

interface ResetOptions extends CommonOptions {
  email: string;
  passwordStdin?: boolean;
  secondFactor?: boolean;
}

export function addUserCommand(program: Command): void {
  const user = program
    .command("user")
    .summary("add and list the people who work in a help desk, and let them in again")
    .description("Adds and lists the people who work in a help desk, and lets them in again.");

  const create = user
    .command("create")
    .description("Adds a person. Without a password they cannot sign in yet, but tickets can be given to them.")
    .requiredOption("--email <email>", "their email address, for signing in")
    .option("--first-name <name>", "their first name")
    .option("--last-name <name>", "their last name")
    .addOption(new Option("--role <role>", "what they may do").choices(USER_ROLES).default("agent"))
    .option("--password-stdin", "read their password from standard input")
    .action(createOne);
  examples(
    takesSite(create),
    "cantrip user create --site acme --first-name Ada --last-name Byron --email ada@acme.example",
    "cantrip user create --site acme --email ada@acme.example --role admin --password-stdin < password.txt",
  );

  const link = user
    .command("link")
    .description(
      "Prints a link by which a person chooses a password and signs in, once: for a server that sends no mail.",
    )
    .requiredOption("--email <email>", "whose")
    .option(
      "--public-url <url>",
      "how they reach the server (default: CANTRIP_PUBLIC_URL, else this machine's address)",
    )
    .action(makeLink);
  examples(
    takesSite(link),
    "cantrip user link --site acme --email ada@acme.example --public-url https://help.example.com",
  );

  const reset = user
    .command("reset-password")
    .description("Makes up a new password, shows it, and ends all sessions; with --second-factor takes that away too.")
    .requiredOption("--email <email>", "whose")
    .option("--second-factor", "also forget their authenticator app, passkeys and recovery codes")
    .option("--password-stdin", "read the password from standard input; without it one is made up and shown")
    .action(resetPassword);
  examples(
    takesSite(reset),
    "cantrip user reset-password --site acme --email ada@acme.example",
    "cantrip user reset-password --site acme --email ada@acme.example --second-factor",
  );

  const list = user.command("list").description("Lists the people, newest first.").action(listAll);
  examples(takesSite(list), "cantrip user list --site acme");
}

async function createOne(options: CreateOptions): Promise<void> {
  const password = options.passwordStdin === true ? await readPassword() : null;
  const input = {
    first_name: options.firstName ?? null,
    last_name: options.lastName ?? null,
    email: options.email,
    role: options.role,
    password_hash: password === null ? null : await hashPassword(password),
  };
  const user = await withAccount(
    options,
    async ({ storage, account }) =>
      await storage.db.transact(async (tx) => await createUser(tx, account.id, input, new Faults())),
  );
  print(options, userFields(user), `Added ${userName(user)} <${user.email}> as ${user.role}, id ${user.id}.`);
}

async function makeLink(options: LinkOptions): Promise<void> {
  const made = await withAccount(options, async ({ config, storage, account }) => {
    const origin = originOf(readConfig({ publicUrl: options.publicUrl }).publicUrl ?? config.publicUrl, config);
    return await storage.db.transact(async (tx) => {
      const user = await findNamed(tx, account, options.email);
      // Who has no password yet has a week to choose one; who has one is waited for an hour.
      const kind = user.password_hash === null ? "invitation" : "password-reset";
      const key = await makeLinkKey(tx, kind, user);
      await recordAudit(tx, COMMAND_LINE(account), { action: "person.invited", subject: user.id, details: { kind } });
      return { user, kind, url: linkOf(kind, origin, key) };
    });
  });
  const ends = made.kind === "invitation" ? "for seven days" : "for an hour";
  print(
    options,
    { ...userFields(made.user), url: made.url },
    `${made.url}\nIt lets ${made.user.email} in once, ${ends}.`,
  );
}

async function resetPassword(options: ResetOptions): Promise<void> {
  const given = options.passwordStdin === true ? await readPassword() : undefined;
  const password = given ?? generatePassword();
  const fault = passwordFault(password, options.email);
  if (fault !== null) throw new CommandFailure(`the password ${fault}`);
  const hash = await hashPassword(password);
  const user = await withAccount(
    options,
    async ({ storage, account }) =>
      await storage.db.transact(async (tx) => {
        const found = await findNamed(tx, account, options.email);
        const how = { address: null, keepSession: null, means: "command line" };
        const changed = await changePassword(tx, found, hash, how);
        if (options.secondFactor === true) await removeSecondFactors(tx, changed);
        return changed;
      }),
  );
  const shown = given === undefined ? `Password  ${password}\nIt is shown this once.` : "The password is as given.";
  const result = { ...userFields(user), ...(given === undefined ? { password } : {}) };
  print(options, result, `${user.email} is signed out everywhere.\n${shown}`);
}

async function findNamed(tx: Tx, account: AccountRow, email: string): Promise<UserRow> {
  const user = await findUserByEmail(tx, account.id, contactKey("email", email));
  if (user === undefined) throw new CommandFailure(`the help desk "${account.site}" has no user ${email}`);
  if (user.disabled_at !== null) throw new CommandFailure(`${user.email} is disabled`);
  return user;
}

const COMMAND_LINE = (account: AccountRow): AuditedBy => ({ account, actor: SYSTEM, address: null });

function originOf(publicUrl: string | null, { tlsCert, host, port }: Config): string {
  if (publicUrl !== null) return publicUrl;
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : isIPv6(host) ? `[${host}]` : host;
  return `${tlsCert === null ? "http" : "https"}://${name}:${port}`;
}

async function listAll(options: CommonOptions): Promise<void> {
  const users = await withAccount(options, async ({ storage, account }) => await listUsers(storage.db, account.id));
  const rows = users.map((user) => [user.id, userName(user), user.email, user.role]);
  const listed = users.map((user) => ({
    ...userFields(user),
    role: user.role,
    created_at: formatTime(user.created_at),
  }));
  print(options, { users: listed }, table(["id", "name", "email", "role"], rows, "No people yet."));
}

/** As the API shows a user by default. */
export function userFields({ id, first_name, last_name, email }: UserRow): object {
  return { id, first_name, last_name, email };
}
