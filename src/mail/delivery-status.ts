import { readFields } from "./header-block.ts";

/** RFC 3464 2.3.3; `relayed` and `expanded` left the world of delivery reports, `delivered` arrived. */
export type BounceAction = "failed" | "delayed" | "delivered" | "relayed" | "expanded";

export type BouncedRecipient = {
  /** The address that our message was sent to, else the one that it was passed on to. */
  address: string;
  action: BounceAction;
  /** RFC 3463 `class.subject.detail`, or null when the report has none. */
  status: string | null;
  /** What the other server said, at most 1,000 characters. */
  diagnostic: string | null;
};

/** A report that is longer is no report; a block of a recipient has some hundred bytes. */
const MAX_REPORT_BYTES = 1024 * 1024;
/** Characters of a server's words. */
const MAX_DIAGNOSTIC = 1000;

const actions: BounceAction[] = ["failed", "delayed", "delivered", "relayed", "expanded"];

/**
 * The recipients of a message/delivery-status part. RFC 3464 2.1: blocks of fields, the first about the message, each
 * of the others about one recipient; prose in their place is skipped.
 */
export function readDeliveryStatus(content: Uint8Array): BouncedRecipient[] {
  const text = Buffer.from(content).toString("utf8", 0, MAX_REPORT_BYTES).replaceAll("\r\n", "\n");
  const found: BouncedRecipient[] = [];
  for (const block of text.split(/\n[ \t]*\n/)) {
    const fields = new Map(readFields(block.split("\n")).map(({ name, raw }) => [name, raw]));
    // Original-Recipient is the address as our message had it (RFC 3461 4.2), Final-Recipient where it ended.
    const address = typedAddress(fields.get("original-recipient")) ?? typedAddress(fields.get("final-recipient"));
    if (address === null) continue;
    const diagnostic = fields.get("diagnostic-code")?.replace(/^[\w-]+\s?;\s?/, "") || null;
    const status = statusIn(fields.get("status")) ?? statusIn(diagnostic);
    const action = readAction(fields.get("action"), status);
    found.push({ address, action, status, diagnostic: diagnostic?.slice(0, MAX_DIAGNOSTIC).toWellFormed() ?? null });
  }
  return found;
}

/** `rfc822; <user@example.org>` to the address (RFC 3464 2.3.1). */
function typedAddress(field: string | undefined): string | null {
  const typed = /^\s*[\w-]{1,40}\s?;\s?<?([^\s<>;]{1,320})>?/.exec(field ?? "")?.[1];
  return typed !== undefined && typed.includes("@") ? typed : null;
}

/** The RFC 3463 code in a text: `5.1.1`. */
export function statusIn(text: string | null | undefined): string | null {
  return /(?:^|[^\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/.exec((text ?? "").slice(0, 2000))?.[1] ?? null;
}

function readAction(field: string | undefined, status: string | null): BounceAction {
  const word = /^[a-z]+/.exec((field ?? "").trim().toLowerCase())?.[0];
  const known = actions.find((action) => action === word);
  if (known !== undefined) return known;
  return status?.startsWith("4") === true ? "delayed" : status?.startsWith("2") === true ? "delivered" : "failed";
}
