import { createPublicKey, generateKeyPair } from "node:crypto";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { SECOND } from "../domain/time.ts";
import { MailError } from "./mail-error.ts";

/** What signs a domain's mail (RFC 6376). */
export interface DkimSigner {
  domain: string;
  selector: string;
  /** PKCS #8 in PEM form. */
  privateKey: string;
}

/** A TXT record to set, as the forms of DNS providers ask for it. */
export interface DnsRecord {
  name: string;
  value: string;
}

/** RFC 8301 3.2: at least 2048 bits. More does not fit a single UDP answer everywhere. */
const BITS = 2048;

/** Makes a private key (PKCS #8, PEM). */
export async function makeDkimKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: BITS });
  return privateKey.export({ type: "pkcs8", format: "pem" });
}

/** The record that lets others check the signatures. TypeError when the key is none. */
export function dkimRecord({ domain, selector, privateKey }: DkimSigner): DnsRecord {
  const key = createPublicKey(privateKey).export({ type: "spki", format: "der" }).toString("base64");
  return { name: `${selector}._domainkey.${domain}`, value: `v=DKIM1; k=rsa; p=${key}` };
}

/** What a forger would want to change. Fields that servers on the way add or rewrite are left out (RFC 6376 5.4.1). */
const SIGNED =
  "From:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:Content-Type:Content-Transfer-Encoding:In-Reply-To:References:Auto-Submitted";

/**
 * A message with its signature in front. It is read twice, once to hash it and once to send it, and never held as a whole.
 * The same message and `date` give the same bytes: RSASSA-PKCS1-v1_5 has no random part, and `t=` is the date.
 */
export function signed(read: () => Readable, signer: DkimSigner, date: Date): Readable {
  return Readable.from(signedBytes(read, signer, date), { objectMode: false });
}

async function* signedBytes(
  read: () => Readable,
  { domain, selector, privateKey }: DkimSigner,
  date: Date,
): AsyncGenerator<Uint8Array> {
  const { dkimSign } = await import("mailauth/lib/dkim/sign.js");
  const { signatures, errors } = await dkimSign(read(), {
    canonicalization: "relaxed/relaxed",
    algorithm: "rsa-sha256",
    // Declared as required, and not read where there is `signatureData`.
    signingDomain: domain,
    selector,
    privateKey,
    signTime: new Date(Math.floor(date.getTime() / SECOND) * SECOND),
    headerList: SIGNED,
    signatureData: [{ signingDomain: domain, selector, privateKey }],
  });
  if (signatures === "") {
    const why = errors[0]?.err.message ?? "nobody knows why";
    throw new MailError("dkim_failed", `the message could not be signed for ${domain}: ${why}`, { retryable: true });
  }
  yield Buffer.from(signatures, "latin1");
  for await (const chunk of read()) yield chunk as Uint8Array;
}
