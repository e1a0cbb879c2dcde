import { type Command, InvalidArgumentError } from "commander";
import { retryDelivery } from "../desk/retry-delivery.ts";
import { NotFound } from "../domain/errors.ts";
import { SYSTEM } from "../domain/events.ts";
import { Faults } from "../domain/faults.ts";
import { isId } from "../domain/ids.ts";
import { findTicketOfMessage } from "../storage/deliveries.ts";
import { type CommonOptions, withAccount } from "./context.ts";
import { examples, takesSite } from "./options.ts";
import { print } from "./output.ts";

export function addMailRetryCommand(mail: Command): void {
  const command = mail
    .command("retry")
    .description("Sends a reply again that could not be delivered. A running server does it at once.")
    .argument("<message>", "the id of the message", readId)
    .action(retry);
  examples(takesSite(command), "cantrip mail retry --site acme 66f2a1b4c3d2e1f0a9b8c7d6");
}

async function retry(id: string, options: CommonOptions): Promise<void> {
  const message = await withAccount(
    options,
    async ({ storage, account }) =>
      await storage.db.transact(async (tx) => {
        const ticketId = await findTicketOfMessage(tx, account.id, id);
        if (ticketId === undefined) throw new NotFound();
        return await retryDelivery(tx, account.id, SYSTEM, ticketId, id, new Faults());
      }),
  );
  const { ticket_id, to, delivery_state } = message;
  print(options, { id, ticket_id, to, delivery_state }, `Queued again: ${id}, to ${to}.`);
}

function readId(text: string): string {
  if (!isId(text)) throw new InvalidArgumentError("It must be an id: 24 hexadecimal digits.");
  return text;
}
