import { t } from "../../i18n/t.ts";
import type { EditedContact } from "./edited.ts";

export interface Faults {
  /** What is wrong with a contact, by its key. */
  contacts: ReadonlyMap<string, string>;
  /** The keys of contacts that another customer has. */
  used: readonly string[];
  /** What belongs to no field, in the server's words. */
  others: readonly string[];
}

export const NO_FAULTS: Faults = { contacts: new Map(), used: [], others: [] };

/** The faults of a refused customer at their fields: the server names `contacts[1].value`. */
export function faultsOf(errors: readonly string[], contacts: readonly EditedContact[]): Faults {
  const found = new Map<string, string>();
  const used: string[] = [];
  const others: string[] = [];
  for (const error of errors) {
    const [, index, said = ""] = /^contacts\[(\d+)\](?:\.\w+)? (.*)$/s.exec(error) ?? [];
    const contact = contacts[Number(index ?? -1)];
    if (contact === undefined) {
      others.push(error);
      continue;
    }
    const twice = contacts.some((each) => each !== contact && isSame(each, contact));
    if (/already used/.test(said) && !twice) used.push(contact.key);
    found.set(contact.key, wordsOf(said, twice));
  }
  return { contacts: found, used, others };
}

function wordsOf(said: string, twice: boolean): string {
  if (said.includes("already used")) return t(twice ? "customer.fault.twice" : "customer.fault.used");
  if (said.includes("empty")) return t("customer.fault.empty");
  if (said.includes("email")) return t("customer.fault.email");
  return t(said.includes("phone") ? "customer.fault.phone" : "customer.fault.other");
}

function isSame(one: EditedContact, other: EditedContact): boolean {
  const plain = ({ value }: EditedContact): string => value.toLowerCase().replace(/[\s@()/-]/g, "");
  return one.type === other.type && plain(one) === plain(other);
}
