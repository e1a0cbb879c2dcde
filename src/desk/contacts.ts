import { contactFault, contactKey } from "../domain/contact-values.ts";
import type { Faults } from "../domain/faults.ts";
import type { ContactType } from "../domain/states.ts";

export interface ContactInput {
  type: ContactType;
  value: string;
}

export interface KeyedContact extends ContactInput {
  key: string;
  /** Where the contact stands in the request, for faults: `contacts[0].value`. */
  field: string;
}

export const ALREADY_USED = "is already used";

/** Gives each contact the key it is compared by; what is wrong with one, or in the list twice, goes to `faults` (U1). */
export function keyContacts(contacts: readonly Partial<ContactInput>[], faults: Faults, path: string): KeyedContact[] {
  const seen = new Set<string>();
  return contacts.flatMap(({ type, value }, index) => {
    // Left out because it is faulty: named by then.
    if (type === undefined || value === undefined) return [];
    const field = `${path}[${index}].value`;
    const keyed = keyContact({ type, value }, faults, field);
    if (keyed === null) return [];
    const identity = `${type}:${keyed.key}`;
    if (seen.has(identity)) {
      faults.add(`${field} ${ALREADY_USED}`);
      return [];
    }
    seen.add(identity);
    return [keyed];
  });
}

/** As `keyContacts`, for one; null when it is faulty. */
export function keyContact({ type, value }: ContactInput, faults: Faults, field: string): KeyedContact | null {
  const fault = contactFault(type, value);
  if (fault !== null) {
    faults.add(`${field} ${fault}`);
    return null;
  }
  return { type, value, key: contactKey(type, value), field };
}
