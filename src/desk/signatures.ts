import { type TemplateValues, fillTemplate, isHtml, textToHtml } from "../domain/templates.ts";
import { htmlToText } from "../domain/text.ts";
import type { AccountRow, InboxRow, UserRow } from "../storage/schema.ts";
import { userName } from "../storage/users.ts";

/** What the signature of an inbox or a user may name. */
export const SIGNATURE_VARIABLES = [
  "user.name",
  "user.first_name",
  "user.last_name",
  "user.email",
  "inbox.name",
  "inbox.address",
  "account.name",
] as const;

/** Whose mail it is. */
export interface Signatory {
  account: Pick<AccountRow, "name"> | undefined;
  inbox: Pick<InboxRow, "name" | "address" | "signature">;
  /** Undefined for what no person wrote. */
  user: Pick<UserRow, "first_name" | "last_name" | "email" | "signature"> | undefined;
}

/** The signature under what a user writes from an inbox: the user's own, then the inbox's. "" when there is none. */
export function signatureOf(signatory: Signatory, into: "html" | "text"): string {
  const { user, inbox } = signatory;
  const values = valuesOf(signatory);
  const parts = [user?.signature, inbox.signature].flatMap((template) =>
    template == null || template.trim() === "" ? [] : renderTemplate(template, values, into),
  );
  if (into === "text") return parts.join("\n");
  return parts.map((part) => `<div>${part}</div>`).join("\n");
}

/** A template that is text or HTML by itself, as text or as HTML. */
export function renderTemplate(template: string, values: TemplateValues, into: "html" | "text"): string {
  const from = isHtml(template) ? "html" : "text";
  const filled = fillTemplate(template.trim(), values, from);
  if (from === into) return filled;
  return into === "html" ? textToHtml(filled) : htmlToText(filled);
}

export function valuesOf({ account, inbox, user }: Signatory): TemplateValues {
  return {
    "user.name": user === undefined ? null : userName(user),
    "user.first_name": user?.first_name,
    "user.last_name": user?.last_name,
    "user.email": user?.email,
    "inbox.name": inbox.name,
    "inbox.address": inbox.address,
    "account.name": account?.name,
  };
}
