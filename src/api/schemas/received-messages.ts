import { Type } from "typebox";
import { OUTCOMES } from "../../domain/outcomes.ts";
import { Id, Time, nullable, oneOf } from "./shapes.ts";

/** A line of the ledger of mail. */
export const ReceivedMessage = Type.Object({
  id: Id,
  inbox_id: Id,
  source: Type.String({ description: "How it came: imap, smtp, lmtp, http, pipe or import" }),
  outcome: oneOf(OUTCOMES),
  reason: nullable(Type.String({ description: "Why it became what it became" })),
  from: nullable(Type.String({ description: "The sender, once something was made of it" })),
  subject: nullable(Type.String({ description: "The ticket's subject" })),
  ticket_id: nullable(Id),
  ticket_number: nullable(Type.Integer()),
  message_id: nullable(Id),
  mail_id: nullable(Type.String({ description: "The Message-ID that it came with" })),
  size: Type.Integer({ description: "Bytes" }),
  attempts: Type.Integer({ description: "How often it was taken up again after it was left behind" }),
  created_at: Time,
  processed_at: nullable(Time),
});
