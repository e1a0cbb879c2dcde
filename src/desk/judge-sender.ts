import { buffer } from "node:stream/consumers";
import { SECOND } from "../domain/time.ts";
import { type Resolver, type Verdicts, authenticate, headerEnd } from "../mail/authentication.ts";
import { isPrivateAddress } from "../mail/host-guard.ts";
import { parseMessage } from "../mail/parse.ts";
import { type SmtpEnvelope, withoutTrace } from "../mail/smtp-server.ts";
import { readTrustedResults } from "../mail/trusted-results.ts";
import { findMailbox } from "../storage/mailboxes.ts";
import type { Storage } from "../storage/open.ts";
import type { ReceivedMessageRow } from "../storage/schema.ts";
import { openGate } from "./judge-gate.ts";

type Stores = Pick<Storage, "db" | "blobs">;

/**
 * Says of a stored message who sent it, as far as that can be known; null when there is nothing to go by. Rejects only when
 * the storage fails.
 */
export type Judge = (stores: Stores, row: ReceivedMessageRow) => Promise<Verdicts | null>;

export interface JudgeMeans {
  /** Asks the DNS about what comes by SMTP; null asks nothing, and such mail is not judged. */
  resolver: Resolver | null;
  /** The mail server in front whose Authentication-Results are believed (RFC 8601); null for none. */
  authservId: string | null;
}

/** So many messages are judged at once, and so many bytes: most of the time is spent waiting for other people's DNS. */
const AT_ONCE = 32;
const BYTES = 64 * 1024 * 1024;

/** After this time a message is filed without an answer of the DNS, however many wait: nothing can be held up. */
const DEADLINE = 10 * SECOND;

/**
 * What came by SMTP is judged on its connection, or, from a private address, by the server in front; what such a server
 * hands over, or a mailbox's does, by the results that it wrote. An import is not judged: its servers are long gone.
 */
export function openJudge({ resolver, authservId }: JudgeMeans): Judge {
  const gate = openGate(AT_ONCE, BYTES);
  return async (stores, row) => {
    if (row.source === "import" || row.size === 0) return null;
    const envelope = row.envelope === null ? null : (JSON.parse(row.envelope) as SmtpEnvelope);
    const fromRelay = authservId !== null && (envelope === null || isPrivateAddress(envelope.ip));
    const trusted = row.source === "imap" ? await mailboxAuthserv(stores, row) : fromRelay ? authservId : null;
    if (trusted !== null) return await readResults(await readRaw(stores, row), trusted);
    if (envelope === null || resolver === null) return null;
    return await inTime(
      gate.run(row.size, async () => await authenticate(await readRaw(stores, row), { ...envelope, resolver })),
    );
  };
}

/** Of mailboxes, whose trusted servers the database knows; nothing else is judged. */
export const judgeMailboxes: Judge = openJudge({ resolver: null, authservId: null });

async function mailboxAuthserv({ db }: Stores, { account_id, mailbox_id }: ReceivedMessageRow): Promise<string | null> {
  if (mailbox_id === null) return null;
  return (await findMailbox(db, account_id, mailbox_id))?.authserv_id ?? null;
}

/** As the client handed it over: what was put on top here is nobody's to judge by. */
async function readRaw({ blobs }: Stores, { account_id, hash, source }: ReceivedMessageRow): Promise<Buffer> {
  const raw = await buffer(await blobs.read(account_id, hash));
  return source === "smtp" || source === "lmtp" ? withoutTrace(raw) : raw;
}

async function readResults(raw: Buffer, trusted: string): Promise<Verdicts | null> {
  const header = raw.subarray(0, headerEnd(raw));
  return header.length === 0 ? null : readTrustedResults(await parseMessage(header), trusted);
}

async function inTime(judging: Promise<Verdicts>): Promise<Verdicts> {
  const { promise: late, resolve } = Promise.withResolvers<Verdicts>();
  const timer = setTimeout(() => {
    resolve({ spf: "temperror", dkim: "temperror", dmarc: "temperror", domain: null });
  }, DEADLINE);
  // What comes after the deadline interests nobody, its failure neither.
  judging.catch(() => undefined);
  return await Promise.race([judging, late]).finally(() => clearTimeout(timer));
}
