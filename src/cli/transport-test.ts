import type { Command } from "commander";
import { chooseMailServer } from "../desk/choose-mail-server.ts";
import { sendTestMessage } from "../desk/send-test-message.ts";
import { Faults } from "../domain/faults.ts";
import { deliveryMeans } from "../outgoing-mail.ts";
import { trySmtp } from "../mail/try-server.ts";
import { findFirstInbox } from "../storage/inboxes.ts";
import { type InboxOptions, chosenInbox } from "./chosen-inbox.ts";
import { type OpenedAccount, withAccount } from "./context.ts";
import { CommandFailure } from "./failure.ts";
import { examples, takesSite } from "./options.ts";
import { print } from "./output.ts";

interface TestOptions extends InboxOptions {
  sendTo?: string;
}

export function addTransportTestCommand(transport: Command): void {
  const test = transport
    .command("test")
    .description("Connects to the mail server that an inbox uses, and signs in.")
    .option("--inbox <email>", "the inbox with this address; the first one without it")
    .option("--send-to <email>", "send a test message to this address, too")
    .action(testOne);
  examples(
    takesSite(test),
    "cantrip transport test --site acme",
    "cantrip transport test --site acme --send-to me@example.com",
  );
}

async function testOne(options: TestOptions): Promise<void> {
  const { host, port, response } = await withAccount(options, async (opened) => await tryOut(opened, options));
  const said = response === null ? "" : ` It took the test message: ${response}`;
  print(options, { ok: true, host, port, response }, `${host}:${port} can be reached and lets us in.${said}`);
}

async function tryOut(
  opened: OpenedAccount,
  options: TestOptions,
): Promise<{ host: string; port: number; response: string | null }> {
  const { config, storage, account } = opened;
  const inbox = (await chosenInbox(opened, options)) ?? (await findFirstInbox(storage.db, account.id));
  if (inbox === undefined) throw new CommandFailure("the help desk has no inbox yet");
  const means = deliveryMeans(config, storage);
  try {
    const server = await chooseMailServer(storage.db, means, inbox);
    if (typeof server === "string") throw new CommandFailure(server);
    const failed = (await trySmtp(server)).find((step) => !step.ok);
    if (failed !== undefined) throw new CommandFailure(`${server.host}:${server.port}: ${failed.message}`);
    if (options.sendTo === undefined) return { ...server, response: null };
    const result = await sendTestMessage(means.smtp, server, inbox, options.sendTo, new Faults());
    if (result.kind !== "sent") throw new CommandFailure(`${server.host}:${server.port}: ${result.response}`);
    return { ...server, response: result.response };
  } finally {
    means.smtp.close();
  }
}
