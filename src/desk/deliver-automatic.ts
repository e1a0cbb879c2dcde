import type { SmtpClient } from "../mail/smtp-client.ts";
import type { SmtpMail, SmtpServer } from "../mail/smtp-connection.ts";
import type { SmtpResult } from "../mail/smtp-result.ts";
import { needsUtf8 } from "../mail/smtp-utf8.ts";

/**
 * One delivery of what no person wrote: from nobody (`<>`), so that no machine answers it (RFC 3834 3.3, RFC 5321 4.5.5).
 * A mail server that lets nobody send so (those of big providers do not) gets it from its sender in the header; only when
 * it refused before anything of the message left.
 */
export async function deliverAutomatic(smtp: SmtpClient, server: SmtpServer, mail: SmtpMail): Promise<SmtpResult> {
  // Its header holds the sender as it is, and only an envelope that holds it too says so to the server (RFC 6531 3.4).
  if (needsUtf8(mail.envelope.from)) return await smtp.deliver(server, mail);
  let handedOver = false;
  const result = await smtp.deliver(server, {
    ...mail,
    envelope: { ...mail.envelope, from: "" },
    beforeHandOver: async () => {
      handedOver = true;
      await mail.beforeHandOver();
    },
  });
  if (result.kind !== "permanent" || handedOver) return result;
  return await smtp.deliver(server, mail);
}
