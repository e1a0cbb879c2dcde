import { formatTime } from "../../domain/time.ts";
import type { ListedMessage } from "../../storage/received-message-list.ts";
import { type Resource, type ResourceFields, pickFields } from "../conventions/fields.ts";

const FIELDS: ResourceFields = {
  documented: [
    "id",
    "inbox_id",
    "source",
    "outcome",
    "reason",
    "from",
    "subject",
    "ticket_id",
    "ticket_number",
    "message_id",
    "mail_id",
    "size",
    "attempts",
    "created_at",
    "processed_at",
  ],
  extra: ["verdicts", "spam_score"],
};

export function presentReceivedMessage(received: ListedMessage, asked: ReadonlySet<string> | null): Resource {
  const { verdicts, processed_at } = received;
  const resource = {
    id: received.id,
    inbox_id: received.inbox_id,
    source: received.source,
    outcome: received.outcome,
    reason: received.reason,
    from: received.from,
    subject: received.subject,
    ticket_id: received.ticket_id,
    ticket_number: received.ticket_number,
    message_id: received.message_id,
    mail_id: received.mail_id,
    size: received.size,
    attempts: received.attempts,
    created_at: formatTime(received.created_at),
    processed_at: processed_at === null ? null : formatTime(processed_at),
    verdicts: verdicts === null ? null : (JSON.parse(verdicts) as object),
    spam_score: received.spam_score,
  };
  return pickFields(resource, FIELDS, asked);
}
