import { Type } from "typebox";
import { NOTIFICATIONS, USER_ROLES } from "../../domain/states.ts";
import { CONTACT_VALUE_LIMIT } from "../../domain/contact-values.ts";
import { Id, NAME_LIMIT, Time, nullable, oneOf } from "./shapes.ts";

/** Beyond any passphrase. */
const PASSWORD_LIMIT = 1024;
const SIGNATURE_LIMIT = 20_000;

const Text = Type.String({ maxLength: NAME_LIMIT });
const Name = nullable(Text);
const Email = Type.String({ maxLength: CONTACT_VALUE_LIMIT });
const Password = Type.String({ maxLength: PASSWORD_LIMIT });

/** An object whose members are not looked into here. */
function anyObject(description: string) {
  return Type.Unsafe<Record<string, unknown>>({ description, expects: "an object" });
}

export const SignIn = Type.Object({
  email: Email,
  password: Password,
  site: Type.Optional(nullable(Text)),
});

export const SignInState = Type.Object({
  state: oneOf(["signed_in", "second_factor"]),
  methods: Type.Optional(Type.Array(oneOf(["totp", "passkey", "recovery"]))),
});

export const SecondFactor = Type.Object({ code: Text });

export const PasskeyOptions = anyObject("What `navigator.credentials` takes, as JSON (WebAuthn 3)");
export const PasskeyAnswer = Type.Object({ response: anyObject("What the passkey answered, as JSON (WebAuthn 3)") });

export const Session = Type.Object({
  user: Type.Object({
    id: Id,
    first_name: nullable(Type.String()),
    last_name: nullable(Type.String()),
    email: Type.String(),
    role: oneOf(USER_ROLES),
    inbox_ids: nullable(Type.Array(Id)),
    signature: nullable(Type.String()),
    preferences: anyObject("Whatever the client keeps here"),
    notifications: oneOf(NOTIFICATIONS),
    totp: Type.Boolean(),
    passkeys: Type.Integer(),
    recovery_codes: Type.Integer({ description: "How many are left" }),
    has_password: Type.Boolean(),
    created_at: Time,
    version: Type.Integer(),
  }),
  account: Type.Object({ id: Id, site: Type.String(), name: Type.String(), undo_seconds: Type.Integer() }),
  session: Type.Object({ id: Id }),
  stream: Type.Object({
    cursor: Type.String({ description: "The Last-Event-ID with which the stream tells everything from now on" }),
  }),
  server: Type.Object({
    version: Type.String(),
    attachment_limit: Type.Integer({ description: "Bytes that a file may have" }),
  }),
});

export const SessionItem = Type.Object({
  id: Id,
  current: Type.Boolean(),
  address: nullable(Type.String()),
  user_agent: nullable(Type.String()),
  created_at: Time,
  last_seen_at: Time,
});

export const UpdateMe = Type.Object({
  first_name: Type.Optional(Name),
  last_name: Type.Optional(Name),
  email: Type.Optional(Email),
  current_password: Type.Optional(Password),
  signature: Type.Optional(nullable(Type.String({ maxLength: SIGNATURE_LIMIT }))),
  preferences: Type.Optional(anyObject("Whatever the client keeps here; at most 16 KB as JSON")),
  notifications: Type.Optional(oneOf(NOTIFICATIONS)),
});

export const ChangePassword = Type.Object({ current_password: Type.Optional(Password), password: Password });
export const WithPassword = Type.Object({ password: Type.Optional(Password) });

export const TimeCodeSecret = Type.Object({ secret: Type.String(), uri: Type.String() });
export const TimeCode = Type.Object({ code: Text });
export const RecoveryCodes = Type.Object({ recovery_codes: nullable(Type.Array(Type.String())) });

export const Passkey = Type.Object({
  id: Id,
  name: Type.String(),
  created_at: Time,
  last_used_at: nullable(Time),
  recovery_codes: Type.Optional(nullable(Type.Array(Type.String()))),
});

export const CreatePasskey = Type.Object({
  name: Type.Optional(Text),
  response: anyObject("What the new passkey answered, as JSON (WebAuthn 3)"),
});

export const RenamePasskey = Type.Object({ name: Type.String({ minLength: 1, maxLength: NAME_LIMIT }) });

export const SetupState = Type.Object({ needed: Type.Boolean() });

export const Setup = Type.Object({
  key: Text,
  name: Text,
  first_name: Type.Optional(Name),
  last_name: Type.Optional(Name),
  email: Email,
  password: Password,
});

export const Invitation = Type.Object({
  email: Type.String(),
  first_name: nullable(Type.String()),
  last_name: nullable(Type.String()),
  account: Type.Object({ site: Type.String(), name: Type.String() }),
});

export const AcceptInvitation = Type.Object({
  first_name: Type.Optional(Name),
  last_name: Type.Optional(Name),
  password: Password,
});

export const AskReset = Type.Object({ email: Email, site: Type.Optional(nullable(Text)) });
export const ResetPassword = Type.Object({ password: Password });
