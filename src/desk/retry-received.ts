import { Invalid, NotFound } from "../domain/errors.ts";
import { MailError } from "../mail/mail-error.ts";
import { findReceivedMessage } from "../storage/received-messages.ts";
import { Unsealable } from "../storage/secrets.ts";
import type { Stores } from "./receive-message.ts";
import { type IncomingMail, MessageMissing, requeueReceivedMessage } from "./requeue-received.ts";

/**
 * Takes up a message that was put aside, for a person who asked for it. Refuses one that was not, and one whose bytes cannot
 * be had, with the reason. One that cannot be made into anything is put aside again.
 */
export async function retryReceivedMessage(
  stores: Pick<Stores, "db" | "blobs">,
  { judge, mailboxes }: IncomingMail,
  accountId: string,
  id: string,
): Promise<void> {
  if ((await findReceivedMessage(stores.db, accountId, id)) === undefined) throw new NotFound();
  const result = await requeueReceivedMessage({ ...stores, ...(judge && { judge }) }, mailboxes, accountId, id).catch(
    (error: unknown) => {
      const isExpected = error instanceof MessageMissing || error instanceof MailError || error instanceof Unsealable;
      throw isExpected ? new Invalid([error.message]) : error;
    },
  );
  if (result === null) {
    throw new Invalid(["outcome must be quarantine: only a message that was put aside is tried again"]);
  }
}
