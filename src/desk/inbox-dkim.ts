import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import { type DkimSigner, type DnsRecord, dkimRecord, makeDkimKey } from "../mail/dkim.ts";
import type { Reader, Tx } from "../storage/database.ts";
import { findInbox, lockInbox, updateInbox } from "../storage/inboxes.ts";
import type { InboxRow } from "../storage/schema.ts";
import { type Vault, Unsealable } from "../storage/secrets.ts";

/** The key of an inbox cannot be opened: the message is what to do. */
export class DkimKeyLost extends Error {
  override readonly name = "DkimKeyLost";
}

export interface DkimSetting {
  domain: string;
  selector: string;
  /** The TXT record to set. */
  record: DnsRecord;
}

interface DkimInput {
  /** Null: that of the inbox's address. */
  domain: string | null;
}

/**
 * Makes a key, which takes a while, and returns what gives it to the inbox: a transaction must not wait for it. A new key
 * has a selector of its own: the old one's record may stay until the mail that it signed has arrived everywhere. What cannot
 * be done is refused before there is a key.
 */
export async function makeInboxDkim(
  reader: Reader,
  accountId: string,
  inboxId: string,
  input: DkimInput,
  faults: Faults,
): Promise<(tx: Tx, vault: Vault) => Promise<DkimSetting>> {
  domainFor(await findInbox(reader, accountId, inboxId), input, faults);
  const privateKey = await makeDkimKey();
  return async (tx, vault) => {
    const domain = domainFor(await lockInbox(tx, accountId, inboxId), input, faults);
    const signer = { domain, selector: `cantrip-${newId().slice(-8)}`, privateKey };
    await updateInbox(tx, accountId, inboxId, {
      dkim_domain: domain,
      dkim_selector: signer.selector,
      dkim_key: vault.seal(privateKey),
    });
    return { domain, selector: signer.selector, record: dkimRecord(signer) };
  };
}

/** Whom an inbox can sign for. */
function domainFor(inbox: InboxRow | undefined, input: DkimInput, faults: Faults): string {
  if (inbox === undefined) throw new NotFound();
  const own = domainOf(inbox.address);
  const domain = (input.domain ?? own ?? "").trim().toLowerCase();
  if (own === null) faults.add("inbox has no address to sign for");
  else if (!isWithin(own, domain)) {
    faults.add(`domain must be ${own}, the domain of the inbox's address, or one that it is part of`);
  }
  faults.throwIfAny();
  return domain;
}

/** Signs no more. */
export async function removeInboxDkim(tx: Tx, accountId: string, inboxId: string): Promise<void> {
  if ((await lockInbox(tx, accountId, inboxId)) === undefined) throw new NotFound();
  await updateInbox(tx, accountId, inboxId, { dkim_domain: null, dkim_selector: null, dkim_key: null });
}

/** What signs the mail of an inbox; null when nothing does. Throws `DkimKeyLost`. */
export function signerOf(vault: Vault, inbox: InboxRow): DkimSigner | null {
  const { dkim_domain: domain, dkim_selector: selector, dkim_key, address } = inbox;
  if (domain === null || selector === null || dkim_key === null) return null;
  // A signature of another domain than the sender's proves nothing (RFC 7489 3.1.1).
  if (!isWithin(domainOf(address) ?? "", domain)) return null;
  try {
    return { domain, selector, privateKey: vault.unseal(dkim_key) };
  } catch (error) {
    if (!(error instanceof Unsealable)) throw error;
    const mend = `make another with "cantrip inbox dkim", and set its record`;
    throw new DkimKeyLost(`the DKIM key of ${domain} cannot be read (${error.message}): ${mend}`, { cause: error });
  }
}

/** What an inbox signs with, and the record that must be there for it; null when nothing. A text says why it cannot. */
export function dkimOf(vault: Vault, inbox: InboxRow): DkimSetting | string | null {
  try {
    const signer = signerOf(vault, inbox);
    if (signer === null) return null;
    return { domain: signer.domain, selector: signer.selector, record: dkimRecord(signer) };
  } catch (error) {
    if (error instanceof DkimKeyLost) return error.message;
    throw error;
  }
}

function domainOf(address: string | null): string | null {
  return address === null ? null : address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}

/** Whether a domain is another one or part of it; a bare top-level domain is nobody's. */
function isWithin(domain: string, whole: string): boolean {
  return whole.includes(".") && (domain === whole || domain.endsWith(`.${whole}`));
}
