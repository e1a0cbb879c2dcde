import type { Contact, Customer, CustomerChanges, Id } from "../../api/types.ts";

export type ContactType = Contact["type"];
export const CONTACT_TYPES = ["email", "phone", "twitter"] as const satisfies readonly ContactType[];

/** What stands in the form. */
export interface Edited {
  first_name: string;
  last_name: string;
  summary: string;
  contacts: readonly EditedContact[];
}

export interface EditedContact {
  /** Tells rows apart while they come and go. */
  key: string;
  type: ContactType;
  value: string;
}

export const NOTHING_YET: Edited = {
  first_name: "",
  last_name: "",
  summary: "",
  contacts: [{ key: "new", type: "email", value: "" }],
};

export function editedOf({ first_name, last_name, summary, contacts }: Customer): Edited {
  return {
    first_name: first_name ?? "",
    last_name: last_name ?? "",
    summary: summary ?? "",
    contacts: contacts.map(({ id, type, value }) => ({ key: id, type, value })),
  };
}

/** As the API takes it: what is empty is absent. */
export function changesOf({ first_name, last_name, summary, contacts }: Edited): CustomerChanges {
  const textOf = (text: string): string | null => (text.trim() === "" ? null : text.trim());
  return {
    first_name: textOf(first_name),
    last_name: textOf(last_name),
    summary: textOf(summary),
    contacts: contacts.map(({ type, value }) => ({ type, value: value.trim() })),
  };
}

export function sameEdited(one: Edited, other: Edited): boolean {
  return JSON.stringify(changesOf(one)) === JSON.stringify(changesOf(other));
}

/** What was written and not saved, while one looks at something else. Gone with the page. */
export const unsaved = new Map<Id, Edited>();
