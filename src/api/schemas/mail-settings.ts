import { Type } from "typebox";
import { TRIAL_STEPS } from "../../domain/mail-trial.ts";
import { Id, Reference, Time, nullable, oneOf } from "./shapes.ts";

const TEXT_LIMIT = 500;
const SECRET_LIMIT = 10_000;
const SECURITY = ["tls", "starttls", "none"] as const;
const AUTH = ["password", "xoauth2", "none"] as const;

const text = (maxLength = TEXT_LIMIT) => Type.String({ minLength: 1, maxLength });
const port = Type.Integer({ minimum: 1, maximum: 65_535, expects: "a number from 1 to 65535" });

/** What gives access tokens (RFC 6749 6). Never shown again. */
const OAuth = Type.Object({
  token_url: text(2000),
  client_id: text(),
  client_secret: Type.Optional(nullable(text(SECRET_LIMIT))),
  refresh_token: text(SECRET_LIMIT),
});

/** How a server is signed in to. Write-only: no answer holds any of it. */
const secrets = {
  password: Type.Optional(text(SECRET_LIMIT)),
  oauth: Type.Optional(OAuth),
};

export const Transport = Type.Object({
  id: Id,
  inbox_id: nullable(Id),
  host: Type.String(),
  port: Type.Integer(),
  security: oneOf(SECURITY),
  auth: oneOf(AUTH),
  user: nullable(Type.String()),
  created_at: Time,
});

export const CreateTransport = Type.Object({
  inbox_id: Type.Optional(nullable(Reference)),
  host: text(),
  port: Type.Optional(port),
  security: Type.Optional(oneOf(SECURITY)),
  user: Type.Optional(nullable(text())),
  ...secrets,
});

export const UpdateTransport = Type.Object({
  host: Type.Optional(text()),
  port: Type.Optional(port),
  security: Type.Optional(oneOf(SECURITY)),
  auth: Type.Optional(oneOf(AUTH)),
  user: Type.Optional(nullable(text())),
  ...secrets,
});

/** One that is kept, by its id; or one that is not kept yet, as it would be created. */
export const TestTransport = Type.Object({
  id: Type.Optional(Reference),
  ...UpdateTransport.properties,
  inbox_id: Type.Optional(nullable(Reference)),
  from: Type.Optional(
    nullable(
      Type.String({ maxLength: TEXT_LIMIT, description: "Whom the test message is from; by default the inbox" }),
    ),
  ),
  send_to: Type.Optional(
    nullable(Type.String({ maxLength: TEXT_LIMIT, description: "Sends a test message there, too" })),
  ),
});

export const Mailbox = Type.Object({
  id: Id,
  inbox_id: Id,
  host: Type.String(),
  port: Type.Integer(),
  security: oneOf(SECURITY),
  auth: oneOf(["password", "xoauth2"]),
  user: Type.String(),
  folder: Type.String(),
  after: Type.String({ description: "What becomes of a message that was taken: leave, seen, move:FOLDER" }),
  authserv_id: nullable(Type.String()),
  last_fetched_at: nullable(Time),
  last_error: nullable(Type.String()),
  next_try_at: nullable(Time),
  created_at: Time,
});

export const CreateMailbox = Type.Object({
  inbox_id: Reference,
  host: text(),
  port: Type.Optional(port),
  security: Type.Optional(oneOf(SECURITY)),
  user: text(),
  folder: Type.Optional(text()),
  after: Type.Optional(text()),
  authserv_id: Type.Optional(nullable(text())),
  from_now: Type.Optional(Type.Boolean({ description: "Leaves alone what is in the folder already" })),
  ...secrets,
});

export const UpdateMailbox = Type.Object({
  inbox_id: Type.Optional(Reference),
  port: Type.Optional(port),
  security: Type.Optional(oneOf(SECURITY)),
  after: Type.Optional(text()),
  authserv_id: Type.Optional(nullable(text())),
  ...secrets,
});

/** One that is kept, by its id; or one that is not kept yet, as it would be created. */
export const TestMailbox = Type.Object({
  id: Type.Optional(Reference),
  inbox_id: Type.Optional(Reference),
  host: Type.Optional(text()),
  port: Type.Optional(port),
  security: Type.Optional(oneOf(SECURITY)),
  user: Type.Optional(text()),
  folder: Type.Optional(text()),
  ...secrets,
});

export const Trial = Type.Object({
  ok: Type.Boolean(),
  steps: Type.Array(Type.Object({ name: oneOf(TRIAL_STEPS), ok: Type.Boolean(), message: Type.String() })),
});
