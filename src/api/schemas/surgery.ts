import { Type } from "typebox";
import { PRESENCE_STATES } from "../../domain/presence.ts";
import { Id, Reference, Time, nullable, oneOf } from "./shapes.ts";

const IDS_LIMIT = 100;
const MESSAGES_LIMIT = 1000;
const SUBJECT_LIMIT = 2000;

export const MergeTickets = Type.Object({
  ticket_ids: Type.Array(Reference, { maxItems: IDS_LIMIT, description: "The tickets that become part of this one" }),
});

export const SplitTicket = Type.Object({
  message_ids: Type.Array(Reference, { maxItems: MESSAGES_LIMIT, description: "The messages that go to a new ticket" }),
  subject: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: SUBJECT_LIMIT }))),
});

export const MergeCustomers = Type.Object({
  customer_ids: Type.Array(Reference, {
    maxItems: IDS_LIMIT,
    description: "The customers that become part of this one",
  }),
});

export const PresenceBody = Type.Object({
  state: oneOf(PRESENCE_STATES),
  tab: Type.Optional(Type.String({ maxLength: 64, description: "Tells several tabs of one user apart" })),
});

export const TicketEvent = Type.Object({
  id: Id,
  kind: Type.String({ description: "What happened, such as ticket.updated or message.created" }),
  user_id: nullable(Id),
  token_id: nullable(Id),
  message_id: nullable(Id),
  changes: nullable(Type.Record(Type.String(), Type.Array(Type.Unknown(), { description: "Before and after" }))),
  created_at: Time,
});
