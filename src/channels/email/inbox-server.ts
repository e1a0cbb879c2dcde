import { contactKey, isEmailAddress } from "../../domain/contact-values.ts";
import {
  type RunningMailServer,
  type SmtpEnvelope,
  type SmtpServerOptions,
  startMailServer,
} from "../../mail/smtp-server.ts";
import type { Db, Reader } from "../../storage/database.ts";
import { findInboxesByAddress } from "../../storage/inboxes.ts";
import type { InboxRow } from "../../storage/schema.ts";

export interface MailServerParts extends Pick<
  SmtpServerOptions<InboxRow>,
  "host" | "port" | "name" | "tls" | "messageBytes" | "memory" | "limits" | "onError"
> {
  db: Db;
  protocol: "smtp" | "lmtp";
  /** Only this help desk's inboxes are known; null for all. */
  site: string | null;
  /** Resolves once the message is durable. */
  store: (inbox: InboxRow, raw: Buffer, envelope: SmtpEnvelope) => Promise<void>;
}

/** Takes mail for the inboxes there are, from other mail servers. */
export async function startInboxServer(parts: MailServerParts): Promise<RunningMailServer> {
  const { db, protocol, site, store, ...rest } = parts;
  const findInboxes = rememberInboxes(db, site);
  return await startMailServer<InboxRow>({
    ...rest,
    lmtp: protocol === "lmtp",
    async findPlaces(address) {
      const inboxes = await findInboxes(address);
      return inboxes.map((inbox) => ({ key: `${inbox.account_id}/${inbox.id}`, place: inbox }));
    },
    accept: store,
  });
}

/** So many addresses are kept between two commits. */
const MOST_KNOWN = 1000;

/**
 * As `findRecipientInboxes`, asked once for each address until something is committed, where that can be told: a burst asks for the
 * same few again and again, and has a commit for dozens of them.
 */
function rememberInboxes(db: Db, site: string | null): (address: string) => Promise<InboxRow[]> {
  const known = new Map<string, Promise<InboxRow[]>>();
  let since: number | null = null;
  return async (address) => {
    const mark = db.changeMark();
    if (mark === null) return await findRecipientInboxes(db, address, site);
    if (mark !== since || known.size >= MOST_KNOWN) known.clear();
    since = mark;
    const asked = known.get(address) ?? findRecipientInboxes(db, address, site);
    known.set(address, asked);
    // What could not be read is asked for again.
    asked.catch(() => known.delete(address));
    return await asked;
  };
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
