import type { Command } from "commander";
import { setUpAccount } from "../desk/set-up-account.ts";
import { generatePassword, hashPassword } from "../domain/passwords.ts";
import { type CommonOptions, withStorage } from "./context.ts";
import { inboxFields } from "./inbox.ts";
import { examples } from "./options.ts";
import { print } from "./output.ts";
import { readPassword } from "./password.ts";
import { userFields } from "./user.ts";

interface SetupOptions extends CommonOptions {
  site: string;
  name: string;
  email: string;
  inboxAddress: string;
  inboxName: string;
  firstName?: string;
  lastName?: string;
  passwordStdin?: boolean;
}

export function addSetupCommand(program: Command): void {
  const command = program
    .command("setup")
    .summary("make a help desk: its owner, its first inbox and a token")
    .description("Makes a help desk that can be used at once: its owner, its first inbox and an API token.")
    .requiredOption("--site <site>", "its identifier in URLs: lower-case letters, digits and hyphens")
    .requiredOption("--name <name>", "its name, as people know it")
    .requiredOption("--email <email>", "the owner's email address, for signing in")
    .requiredOption("--inbox-address <email>", "the address that customers write to")
    .option("--inbox-name <name>", "the inbox's name", "Support")
    .option("--first-name <name>", "the owner's first name")
    .option("--last-name <name>", "the owner's last name")
    .option("--password-stdin", "read the owner's password from standard input; without it one is made up and shown")
    .action(setUp);
  examples(
    command,
    'cantrip setup --site acme --name "Acme" --email owner@acme.example --inbox-address help@acme.example',
    "cantrip setup --site acme --name Acme --email owner@acme.example --inbox-address help@acme.example \\\n" +
      "      --password-stdin --json < password.txt",
  );
}

async function setUp(options: SetupOptions): Promise<void> {
  const given = options.passwordStdin === true ? await readPassword() : undefined;
  const password = given ?? generatePassword();
  const { account, user, inbox, token } = await withStorage(
    options,
    async ({ storage }) => {
      const password_hash = await hashPassword(password);
      const owner = {
        email: options.email,
        ...(options.firstName === undefined ? {} : { first_name: options.firstName }),
        ...(options.lastName === undefined ? {} : { last_name: options.lastName }),
        password_hash,
      };
      const { site, name, inboxName, inboxAddress } = options;
      const input = { site, name, owner, inbox: { name: inboxName, address: inboxAddress } };
      return await storage.db.transact(async (tx) => await setUpAccount(tx, input));
    },
    { create: true },
  );
  const result = {
    account: { id: account.id, site: account.site, name: account.name },
    user: userFields(user),
    inbox: inboxFields(inbox),
    token,
    ...(given === undefined ? { password } : {}),
  };
  const lines = [
    `The help desk "${account.site}" (${account.name}) is ready.`,
    `  Owner     ${user.email}`,
    `  Password  ${given === undefined ? password : "as given"}`,
    `  Inbox     ${inbox.address}`,
    `  Token     ${token}`,
    given === undefined ? "The password and the token are shown this once." : "The token is shown this once.",
    'Start the server with "cantrip serve".',
  ];
  print(options, result, lines.join("\n"));
}
