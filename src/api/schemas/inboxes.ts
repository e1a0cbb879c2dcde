import { Type } from "typebox";
import { CONTACT_VALUE_LIMIT } from "../../domain/contact-values.ts";
import { Id, NAME_LIMIT, nullable } from "./shapes.ts";

export const Inbox = Type.Object({ id: Id, name: Type.String() });

const TEMPLATE_LIMIT = 50_000;

/** What an inbox says in the mail that goes out of it. */
const mail = {
  plus_addressing: Type.Optional(
    Type.Boolean({
      description: "Whether its mail server delivers address+anything to it: answers are asked to go there",
    }),
  ),
  from_name: Type.Optional(
    nullable(
      Type.String({
        maxLength: NAME_LIMIT,
        description:
          "What who writes is called in the mail, with {{user.name}} and others; by default `NAME via INBOX`",
      }),
    ),
  ),
  signature: Type.Optional(
    nullable(Type.String({ maxLength: TEMPLATE_LIMIT, description: "Text or HTML, with {{user.name}} and others" })),
  ),
  acknowledgement: Type.Optional(
    nullable(
      Type.Object({
        enabled: Type.Optional(Type.Boolean()),
        body: Type.Optional(nullable(Type.String({ maxLength: TEMPLATE_LIMIT }))),
        htmlized: Type.Optional(Type.Boolean()),
      }),
    ),
  ),
};

export const CreateInbox = Type.Object({
  name: Type.String({ minLength: 1, maxLength: NAME_LIMIT }),
  address: Type.Optional(nullable(Type.String({ maxLength: CONTACT_VALUE_LIMIT }))),
  ...mail,
});

/** What signs the mail of an inbox, and the TXT record that lets others check it. */
export const Dkim = Type.Object({
  domain: Type.String(),
  selector: Type.String(),
  record: Type.Object({ name: Type.String(), value: Type.String() }),
});

export const CreateDkim = Type.Object({
  domain: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 253 }))),
});

/** Texts that are not kept yet: the signature of the inbox, and of who asks. What is absent is as it is kept. */
export const PreviewSignature = Type.Object({
  signature: Type.Optional(nullable(Type.String({ maxLength: TEMPLATE_LIMIT }))),
  user_signature: Type.Optional(nullable(Type.String({ maxLength: TEMPLATE_LIMIT }))),
});

export const SignaturePreview = Type.Object({
  text: Type.String(),
  html: Type.String({ description: "Not made safe: to be shown in a sandbox only" }),
});

export const UpdateInbox = Type.Object({
  ...mail,
  name: Type.Optional(Type.String({ minLength: 1, maxLength: NAME_LIMIT })),
  address: Type.Optional(nullable(Type.String({ maxLength: CONTACT_VALUE_LIMIT }))),
});
