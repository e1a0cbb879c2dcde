import { contactKey, isEmailAddress } from "../../domain/contact-values.ts";
import {
  type RunningMailServer,
  type SmtpEnvelope,
  type SmtpServerOptions,
  startMailServer,
} from "../../mail/smtp-server.ts";
import type { Reader } from "../../storage/database.ts";
import { findInboxesByAddress } from "../../storage/inboxes.ts";
import type { InboxRow } from "../../storage/schema.ts";

export interface MailServerParts extends Pick<
  SmtpServerOptions<InboxRow>,
  "host" | "port" | "name" | "tls" | "messageBytes" | "memory" | "limits" | "onError"
> {
  reader: Reader;
  protocol: "smtp" | "lmtp";
  /** Only this help desk's inboxes are known; null for all. */
  site: string | null;
  /** Resolves once the message is durable. */
  store: (inbox: InboxRow, raw: Buffer, envelope: SmtpEnvelope) => Promise<void>;
}

/** Takes mail for the inboxes there are, from other mail servers. */
export async function startInboxServer(parts: MailServerParts): Promise<RunningMailServer> {
  const { reader, protocol, site, store, ...rest } = parts;
  return await startMailServer<InboxRow>({
    ...rest,
    lmtp: protocol === "lmtp",
    async findPlaces(address) {
      const inboxes = await findRecipientInboxes(reader, address, site);
      return inboxes.map((inbox) => ({ key: `${inbox.account_id}/${inbox.id}`, place: inbox }));
    },
    accept: store,
  });
}

/**
 * The inboxes that an address reaches: those that have it, else those that have it without what follows a `+` (RFC 5233).
 * Without a site an address that several accounts have reaches all of them: which one was meant, nothing says.
 */
export async function findRecipientInboxes(reader: Reader, address: string, site: string | null): Promise<InboxRow[]> {
  if (!isEmailAddress(address)) return [];
  const key = contactKey("email", address);
  const exact = await findInboxesByAddress(reader, key, site);
  const at = key.lastIndexOf("@");
  const plus = key.indexOf("+");
  if (exact.length > 0 || plus < 1 || plus > at) return exact;
  return await findInboxesByAddress(reader, key.slice(0, plus) + key.slice(at), site);
}
