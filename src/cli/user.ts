import { type Command, Option } from "commander";
import { createUser } from "../desk/create-user.ts";
import { Faults } from "../domain/faults.ts";
import { hashPassword } from "../domain/passwords.ts";
import { USER_ROLES, type UserRole } from "../domain/states.ts";
import { formatTime } from "../domain/time.ts";
import type { UserRow } from "../storage/schema.ts";
import { listUsers, userName } from "../storage/users.ts";
import { type CommonOptions, withAccount } from "./context.ts";
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

export function addUserCommand(program: Command): void {
  const user = program
    .command("user")
    .summary("add and list the people who work in a help desk")
    .description("Adds and lists the people who work in a help desk.");

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
