import { isEmailAddress } from "../domain/contact-values.ts";
import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import { composeMessage } from "../mail/compose.ts";
import { newMailId } from "../mail/mail-id.ts";
import type { SmtpClient } from "../mail/smtp-client.ts";
import type { SmtpServer } from "../mail/smtp-connection.ts";
import type { SmtpResult } from "../mail/smtp-result.ts";
import type { InboxRow } from "../storage/schema.ts";

/** Sends a message that says only that it came: from an inbox, to whoever tries the mail server out. */
export async function sendTestMessage(
  smtp: SmtpClient,
  server: SmtpServer,
  inbox: InboxRow,
  to: string,
  faults: Faults,
): Promise<SmtpResult> {
  if (!isEmailAddress(to)) faults.add("address must be an email address");
  if (inbox.address === null) faults.add("inbox has no address to send from");
  faults.throwIfAny();
  const composed = composeMessage({
    messageId: newMailId(newId(), inbox.address),
    date: new Date(now()),
    from: { name: inbox.name, address: inbox.address ?? "" },
    to: [{ name: "", address: to }],
    cc: [],
    bcc: [],
    replyTo: null,
    subject: `A test of ${inbox.name}`,
    inReplyTo: null,
    references: [],
    body: `This message left Cantrip by ${server.host}, port ${server.port}. That it is here means that sending works.\n`,
    htmlized: false,
    autoSubmitted: "auto-generated",
    attachments: [],
  });
  return await smtp.deliver(server, { ...composed, beforeHandOver: async () => await Promise.resolve() });
}
