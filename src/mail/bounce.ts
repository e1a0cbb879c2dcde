import { readFreeBounce } from "./bounce-text.ts";
import { readDeliveryStatus, type BounceAction, type BouncedRecipient } from "./delivery-status.ts";
import { readFields } from "./header-block.ts";
import { readMessageId } from "./message-ids.ts";
import type { ParsedMessage } from "./parsed-message.ts";

export type Bounce = {
  /** The worst that happened to any recipient. */
  kind: BounceAction;
  /** In the order of the report, each address once, at most 1,000. Empty when the report names none. */
  recipients: BouncedRecipient[];
  /** The Message-ID of the message that came back, without brackets. */
  originalMailId: string | null;
  /** Nobody tries again: the failure has a status of class 5, or no status. */
  permanent: boolean;
};

/**
 * Reads a delivery report: RFC 3464, or the free forms of the programs that came before it (bounce-text.ts). Null for
 * everything else, read receipts (RFC 8098) and abuse reports (RFC 5965) included. A report proves nothing about its
 * sender; whoever acts on it checks that `originalMailId` is a message of ours.
 */
export function readBounce(parsed: ParsedMessage): Bounce | null {
  const reports = parsed.attachments.filter(
    ({ type }) => type === "message/delivery-status" || type === "message/global-delivery-status",
  );
  const recipients = mergeRecipients(reports.flatMap(({ content }) => readDeliveryStatus(content)));
  // A forwarded bounce is a letter with the report as an attachment: the root says which it is.
  const isReport = parsed.contentType.value === "multipart/report" && reports.length > 0;
  if (isReport && recipients.length > 0) return makeBounce(recipients, parsed);
  const free = readFreeBounce(parsed);
  if (free === null) return null;
  return makeBounce(recipients.length > 0 ? recipients : mergeRecipients(free.recipients), parsed, free.kind);
}

const bySeverity: BounceAction[] = ["failed", "delayed", "expanded", "relayed", "delivered"];

function makeBounce(recipients: BouncedRecipient[], parsed: ParsedMessage, otherwise?: BounceAction): Bounce {
  const kind = bySeverity.find((action) => recipients.some((each) => each.action === action)) ?? otherwise ?? "failed";
  const failed = recipients.filter(({ action }) => action === "failed");
  const permanent = kind === "failed" && (failed.length === 0 || failed.some(({ status }) => !status?.startsWith("4")));
  return { kind, recipients, originalMailId: originalIdOf(parsed), permanent };
}

const MAX_RECIPIENTS = 1000;

function mergeRecipients(found: BouncedRecipient[]): BouncedRecipient[] {
  const byAddress = new Map<string, BouncedRecipient>();
  for (const recipient of found) {
    const key = recipient.address.toLowerCase();
    const known = byAddress.get(key);
    if (known !== undefined) {
      known.status ??= recipient.status;
      known.diagnostic ??= recipient.diagnostic;
    } else if (byAddress.size < MAX_RECIPIENTS) byAddress.set(key, { ...recipient });
  }
  return [...byAddress.values()];
}

/** From the returned message or header; a free-form bounce has it in its text, or only refers to it. */
function originalIdOf(parsed: ParsedMessage): string | null {
  const returned = new Set([
    "message/rfc822",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
  ]);
  for (const { type, content } of parsed.attachments) {
    if (!returned.has(type)) continue;
    const id = idInHeader(Buffer.from(content).toString("latin1", 0, 64 * 1024));
    if (id !== null) return id;
  }
  const named = parsed.headers.first("x-failed-message-id") ?? parsed.headers.first("original-message-id");
  return (
    (named === null ? null : readMessageId(named)) ??
    idInText(parsed.text ?? "") ??
    parsed.inReplyTo[0] ??
    parsed.references.at(-1) ??
    null
  );
}

function idInHeader(header: string): string | null {
  const end = /\r?\n\r?\n/.exec(header)?.index ?? header.length;
  const field = readFields(header.slice(0, end).split(/\r?\n/)).find(({ name }) => name === "message-id");
  return field === undefined ? null : readMessageId(field.raw);
}

function idInText(text: string): string | null {
  const line = /^[> \t]{0,8}message-id[ \t]{0,4}:\s{0,4}(<[^<>\s]{1,998}>)/im.exec(text.slice(0, 256 * 1024))?.[1];
  return line === undefined ? null : readMessageId(line);
}
