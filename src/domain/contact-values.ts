import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import type { ContactType } from "./states.ts";

/** Longest contact value in characters: RFC 5321 allows 64 + 1 + 255 for an address; the rest is room. */
export const CONTACT_VALUE_LIMIT = 500;

// Deliberately looser than RFC 5322: whatever a mail server may hold, and nothing that could smuggle a header.
const EMAIL_ADDRESS = /^[^\s@<>(),;:"[\]\\\p{Cc}]+@[^\s@<>(),;:"[\]\\\p{Cc}]+$/u;
const QUOTED_LOCAL_PART = /^"[^"\p{Cc}]+"@[^\s@<>(),;:"[\]\\\p{Cc}]+$/u;

/** Whether `value` (trimmed) is an e-mail address: one local part, one domain, nothing else. */
export function isEmailAddress(value: string): boolean {
  const trimmed = value.trim();
  return trimmed.length <= CONTACT_VALUE_LIMIT && (EMAIL_ADDRESS.test(trimmed) || QUOTED_LOCAL_PART.test(trimmed));
}

/**
 * The form in which a contact is compared and kept unique (U2): e-mail lower case and trimmed; phone in E.164
 * where the number says its country, else its digits; twitter without `@`, lower case.
 * Returns "" when nothing is left to compare.
 */
export function contactKey(type: ContactType, value: string): string {
  const trimmed = value.trim();
  if (type === "email") return trimmed.toLowerCase();
  if (type === "twitter") return trimmed.replace(/^@+/, "").toLowerCase();
  return phoneKey(trimmed);
}

function phoneKey(value: string): string {
  const international = value.startsWith("00") ? `+${value.slice(2)}` : value;
  const parsed = parsePhoneNumberFromString(international);
  if (parsed !== undefined) return parsed.ext === undefined ? parsed.number : `${parsed.number};ext=${parsed.ext}`;
  return value.replace(/[^0-9]/g, "");
}

/** What is wrong with a contact's value, as the end of a sentence that starts with the field's name; null when nothing is (U1). */
export function contactFault(type: ContactType, value: string): string | null {
  if (value.trim() === "") return "must not be empty";
  if (value.length > CONTACT_VALUE_LIMIT) return `must have at most ${CONTACT_VALUE_LIMIT} characters`;
  if (type === "email" && !isEmailAddress(value)) return "must be an email address, such as ruby@example.com";
  if (type === "phone" && !/[0-9]/.test(value)) {
    return "must be a phone number that holds digits, such as +1 415 555 0100";
  }
  if (contactKey(type, value) === "") return "must be a name, such as @ruby";
  return null;
}
