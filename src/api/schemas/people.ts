import { Type } from "typebox";
import { CONTACT_VALUE_LIMIT } from "../../domain/contact-values.ts";
import { USER_ROLES } from "../../domain/states.ts";
import { Id, NAME_LIMIT, Reference, Time, nullable, oneOf } from "./shapes.ts";

const Name = nullable(Type.String({ maxLength: NAME_LIMIT }));
const Email = Type.String({ maxLength: CONTACT_VALUE_LIMIT });

/** More inboxes than a person looks after. */
const INBOXES = 500;
const InboxIds = nullable(Type.Array(Reference, { maxItems: INBOXES }));

export const Person = Type.Object({
  id: Id,
  first_name: nullable(Type.String()),
  last_name: nullable(Type.String()),
  email: Type.String(),
  role: oneOf(USER_ROLES),
  inbox_ids: nullable(Type.Array(Id)),
  disabled_at: nullable(Time),
  invited: Type.Boolean({ description: "An invitation waits for them" }),
  second_factor: Type.Boolean(),
  last_seen_at: nullable(Time),
  created_at: Time,
  version: Type.Integer(),
  invitation_url: Type.Optional(Type.String({ description: "Shown this once" })),
  reset_url: Type.Optional(Type.String({ description: "Shown this once" })),
  mailed: Type.Optional(Type.Boolean({ description: "Whether the link goes to them by mail as well" })),
});

export const CreatePerson = Type.Object({
  email: Email,
  first_name: Type.Optional(Name),
  last_name: Type.Optional(Name),
  role: Type.Optional(oneOf(USER_ROLES)),
  inbox_ids: Type.Optional(InboxIds),
});

export const UpdatePerson = Type.Object({
  email: Type.Optional(Email),
  first_name: Type.Optional(Name),
  last_name: Type.Optional(Name),
  role: Type.Optional(oneOf(USER_ROLES)),
  inbox_ids: Type.Optional(InboxIds),
  disabled: Type.Optional(Type.Boolean()),
});

export const App = Type.Object({
  id: Id,
  name: Type.String(),
  created_at: Time,
  last_used_at: nullable(Time),
  revoked_at: nullable(Time),
  token: Type.Optional(Type.String({ description: "Shown this once" })),
});

export const CreateApp = Type.Object({ name: Type.String({ minLength: 1, maxLength: NAME_LIMIT }) });

/** As on the command line. */
const HIGHEST_LIMIT = 1_000_000_000;
const LONGEST_UNDO = 3600;

function whole(maximum: number) {
  return Type.Integer({ minimum: 0, maximum, expects: `a whole number from 0 to ${maximum}` });
}

export const Account = Type.Object({
  id: Id,
  site: Type.String(),
  name: Type.String(),
  credits_per_minute: Type.Integer(),
  requests_per_second: Type.Integer(),
  undo_seconds: Type.Integer(),
  created_at: Time,
});

export const UpdateAccount = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: NAME_LIMIT })),
  credits_per_minute: Type.Optional(whole(HIGHEST_LIMIT)),
  requests_per_second: Type.Optional(whole(HIGHEST_LIMIT)),
  undo_seconds: Type.Optional(whole(LONGEST_UNDO)),
});

export const AuditEntry = Type.Object({
  id: Id,
  user_id: nullable(Id),
  token_id: nullable(Id),
  action: Type.String({ description: "Thing and verb, such as `inbox.updated`" }),
  subject: nullable(Type.String({ description: "The id of what it was done to" })),
  details: nullable(Type.Unsafe<Record<string, unknown>>({ description: "What there is to know of it" })),
  address: nullable(Type.String({ description: "The client's address; null for the command line" })),
  created_at: Time,
});
