import { type RelayMeans, SecretLost, relayOf } from "../channels/email/relay.ts";
import type { SmtpServer } from "../mail/smtp-connection.ts";
import type { Reader } from "../storage/database.ts";
import type { InboxRow } from "../storage/schema.ts";
import { findTransport } from "../storage/transports.ts";

/** The mail servers that there are to choose from, besides those of the help desk. */
export interface MailServers extends RelayMeans {
  /** The mail server for inboxes without one of their own; null when the operator named none. */
  relay: SmtpServer | null;
}

/** An inbox's own mail server, the account's, or the operator's; a text says why there is none to use. */
export async function chooseMailServer(
  reader: Reader,
  servers: MailServers,
  { account_id, id, name }: Pick<InboxRow, "account_id" | "id" | "name">,
): Promise<SmtpServer | string> {
  const transport = (await findTransport(reader, account_id, id)) ?? (await findTransport(reader, account_id, null));
  if (transport === undefined) return servers.relay ?? `no mail server is configured for the inbox ${name}`;
  try {
    return relayOf(transport, servers);
  } catch (error) {
    if (error instanceof SecretLost) return error.message;
    throw error;
  }
}
