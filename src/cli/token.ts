import type { Command } from "commander";
import { createToken } from "../desk/create-token.ts";
import { Faults } from "../domain/faults.ts";
import { formatTime, now } from "../domain/time.ts";
import { listApiTokens, revokeApiToken } from "../storage/api-tokens.ts";
import type { ApiTokenRow } from "../storage/schema.ts";
import { type CommonOptions, withAccount } from "./context.ts";
import { CommandFailure } from "./failure.ts";
import { examples, takesSite } from "./options.ts";
import { print, table, timeOrNull } from "./output.ts";

interface CreateOptions extends CommonOptions {
  name: string;
}

export function addTokenCommand(program: Command): void {
  const token = program
    .command("token")
    .summary("make, list and revoke the tokens that open the API")
    .description("Makes, lists and revokes the tokens that open the API.");

  const create = token
    .command("create")
    .description("Makes a token and shows it, this once: only a hash of it is kept.")
    .requiredOption("--name <name>", "what it is for")
    .action(createOne);
  examples(takesSite(create), 'cantrip token create --site acme --name "Nightly report"');

  const list = token
    .command("list")
    .description("Lists the tokens, oldest first: names and times, never the tokens themselves.")
    .action(listAll);
  examples(takesSite(list), "cantrip token list --site acme");

  const revoke = token
    .command("revoke")
    .description("Revokes a token: from now on it opens nothing. This cannot be undone.")
    .argument("<id>", 'the token\'s id, as "cantrip token list" shows it')
    .action(revokeOne);
  examples(takesSite(revoke), "cantrip token revoke --site acme 0199f0a1b2c3d4e5f6071829");
}

async function createOne(options: CreateOptions): Promise<void> {
  const made = await withAccount(
    options,
    async ({ storage, account }) =>
      await storage.db.transact(async (tx) => await createToken(tx, account.id, options.name, new Faults())),
  );
  print(options, made, `${made.token}\nThis is the token "${made.name}", id ${made.id}. It is shown this once.`);
}

async function listAll(options: CommonOptions): Promise<void> {
  const tokens = await withAccount(
    options,
    async ({ storage, account }) => await listApiTokens(storage.db, account.id),
  );
  const rows = tokens.map((token) => [
    token.id,
    token.name,
    formatTime(token.created_at),
    timeOrNull(token.last_used_at),
    timeOrNull(token.revoked_at),
  ]);
  const text = table(["id", "name", "created", "last used", "revoked"], rows, "No tokens yet.");
  print(options, { tokens: tokens.map(tokenFields) }, text);
}

async function revokeOne(id: string, options: CommonOptions): Promise<void> {
  const token = await withAccount(options, async ({ storage, account }) => {
    const found = await storage.db.transact(async (tx) => await revokeApiToken(tx, account.id, id, now()));
    if (!found) throw new CommandFailure(`the help desk "${account.site}" has no token ${id}`);
    return (await listApiTokens(storage.db, account.id)).find((each) => each.id === id);
  });
  if (token === undefined) return;
  print(options, tokenFields(token), `The token "${token.name}" is revoked.`);
}

function tokenFields(token: ApiTokenRow): object {
  return {
    id: token.id,
    name: token.name,
    created_at: formatTime(token.created_at),
    last_used_at: timeOrNull(token.last_used_at),
    revoked_at: timeOrNull(token.revoked_at),
  };
}
