import { Type } from "typebox";
import { SETTABLE_STATES, TICKET_STATES, TICKET_TYPES } from "../../domain/states.ts";
import { Id, Reference, Time, nullable, oneOf } from "./shapes.ts";
import { Customer, CustomerBody } from "./customers.ts";
import { Inbox } from "./inboxes.ts";
import { Label } from "./labels.ts";
import { Message, MessageBody } from "./messages.ts";
import { User } from "./users.ts";

const SUBJECT_LIMIT = 2000;
const ADDRESSES_LIMIT = 4000;

export const Ticket = Type.Object({
  id: Id,
  number: Type.Integer({ minimum: 1, description: "Friendly number, unique in the account" }),
  user_id: nullable(Id),
  state: oneOf(TICKET_STATES),
  snoozed_until: nullable(Time),
  subject: nullable(Type.String()),
  label_ids: Type.Array(Id),
  customer_id: Id,
  type: oneOf(TICKET_TYPES),
  inbox_id: Id,
  spam: Type.Boolean(),
  trash: Type.Boolean(),
  reply_to: nullable(Type.String({ description: "Deprecated. Default To: of a new reply" })),
  reply_cc: nullable(Type.String({ description: "Deprecated. Default Cc: of a new reply" })),
  updated_at: Time,
  created_at: Time,
  summary: nullable(Type.String({ description: "The first words of the conversation" })),
  user: Type.Optional(nullable(User)),
  inbox: Type.Optional(nullable(Inbox)),
  customer: Type.Optional(nullable(Customer)),
  labels: Type.Optional(Type.Array(Label)),
  messages: Type.Optional(Type.Array(Message)),
});

export const CreateTicket = Type.Object({
  type: oneOf(["email"]),
  subject: Type.String({ minLength: 1, maxLength: SUBJECT_LIMIT }),
  customer_id: Type.Optional(nullable(Reference)),
  customer: Type.Optional(nullable(CustomerBody)),
  user_id: Type.Optional(nullable(Reference)),
  inbox_id: Type.Optional(nullable(Reference)),
  messages: Type.Optional(nullable(Type.Array(MessageBody, { maxItems: 100 }))),
  reply_to: Type.Optional(nullable(Type.String({ maxLength: ADDRESSES_LIMIT }))),
  reply_cc: Type.Optional(nullable(Type.String({ maxLength: ADDRESSES_LIMIT }))),
  draft_id: Type.Optional(
    nullable(Type.String({ description: "Of who is signed in: their draft that became this ticket, and goes" })),
  ),
});

export const UpdateTicket = Type.Object({
  user_id: Type.Optional(nullable(Reference)),
  inbox_id: Type.Optional(Reference),
  state: Type.Optional(oneOf(SETTABLE_STATES)),
  label_ids: Type.Optional(Type.Array(Reference, { maxItems: 500 })),
  spam: Type.Optional(Type.Boolean()),
  trash: Type.Optional(Type.Boolean()),
  subject: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: SUBJECT_LIMIT }))),
  reply_cc: Type.Optional(nullable(Type.String({ maxLength: ADDRESSES_LIMIT }))),
});

export const SnoozeTicket = Type.Object({
  snoozed_until: Type.String({ description: "A time to come, in ISO 8601" }),
});
