import { type Command, Option } from "commander";
import { OUTCOMES, type Outcome } from "../domain/outcomes.ts";
import { formatTime } from "../domain/time.ts";
import type { SmtpEnvelope } from "../mail/smtp-server.ts";
import { type ListedMessage, listReceivedMessages } from "../storage/received-message-list.ts";
import { type CommonOptions, withAccount } from "./context.ts";
import { examples, takesSite, wholeNumber } from "./options.ts";
import { print, table, timeOrNull } from "./output.ts";

interface ListOptions extends CommonOptions {
  outcome?: Outcome;
  limit: number;
}

const HEAD = ["id", "received", "from", "outcome", "ticket", "reason"];

export function addMailListCommand(mail: Command): void {
  const command = mail
    .command("list")
    .description("Lists the mail that came in, newest first, and what became of each message.")
    .addOption(new Option("--outcome <outcome>", "only messages that became this").choices(OUTCOMES))
    .option("--limit <n>", "at most so many", wholeNumber(1, 100_000), 100)
    .action(list);
  examples(
    takesSite(command),
    "cantrip mail list --site acme",
    "cantrip mail list --site acme --outcome quarantine --json",
  );
}

async function list(options: ListOptions): Promise<void> {
  const asked = { outcome: options.outcome ?? null, limit: options.limit };
  const messages = await withAccount(
    options,
    async ({ storage, account }) => await listReceivedMessages(storage.db, account.id, asked),
  );
  const rows = messages.map((each) => [
    each.id,
    formatTime(each.created_at),
    each.from ?? each.from_name ?? envelopeSender(each),
    each.outcome,
    each.ticket_number,
    each.reason,
  ]);
  print(options, { messages: messages.map(fields) }, table(HEAD, rows, "No such mail."));
}

/** Of what came by SMTP and nothing was made of, this is all that is known. */
function envelopeSender({ envelope }: ListedMessage): string | null {
  return envelope === null ? null : (JSON.parse(envelope) as SmtpEnvelope).mailFrom || null;
}

function fields(message: ListedMessage): object {
  return {
    id: message.id,
    created_at: formatTime(message.created_at),
    processed_at: timeOrNull(message.processed_at),
    inbox_id: message.inbox_id,
    source: message.source,
    size: message.size,
    from: message.from,
    mail_id: message.mail_id,
    outcome: message.outcome,
    reason: message.reason,
    ticket_id: message.ticket_id,
    ticket_number: message.ticket_number,
    message_id: message.message_id,
  };
}
