import type { Faults } from "../domain/faults.ts";
import { isHtml, templateFault } from "../domain/templates.ts";
import type { InboxRow } from "../storage/schema.ts";
import { ACKNOWLEDGEMENT_VARIABLES } from "./acknowledge.ts";
import { SIGNATURE_VARIABLES } from "./signatures.ts";

/** What an inbox says in the mail that goes out of it. What is absent stays as it is. */
export interface InboxMailInput {
  plus_addressing?: boolean;
  from_name?: string | null;
  signature?: string | null;
  acknowledgement?: { enabled?: boolean; body?: string | null; htmlized?: boolean } | null;
}

type InboxMail = Pick<
  InboxRow,
  "plus_addressing" | "from_name" | "signature" | "acknowledges" | "acknowledgement" | "acknowledgement_htmlized"
>;

/** The columns as they are to be. Faults name what is wrong; a null acknowledgement is none. */
export function inboxMailColumns(known: InboxMail, input: InboxMailInput, faults: Faults): InboxMail {
  const { plus_addressing, from_name, signature, acknowledgement } = input;
  checkTemplate(from_name, SIGNATURE_VARIABLES, "from_name", faults);
  checkTemplate(signature, SIGNATURE_VARIABLES, "signature", faults);
  const wanted = acknowledgement === null ? { enabled: false, body: null, htmlized: false } : (acknowledgement ?? {});
  checkTemplate(wanted.body, ACKNOWLEDGEMENT_VARIABLES, "acknowledgement.body", faults);
  const body = wanted.body === undefined ? known.acknowledgement : givenTemplate(wanted.body);
  const enabled = wanted.enabled ?? known.acknowledges === 1;
  if (enabled && body === null) faults.add("acknowledgement.body must not be empty while it is enabled");
  const isMarkedUp =
    wanted.htmlized ?? (wanted.body == null ? known.acknowledgement_htmlized === 1 : isHtml(wanted.body));
  return {
    plus_addressing: flag(plus_addressing ?? known.plus_addressing === 1),
    from_name: from_name === undefined ? known.from_name : givenTemplate(from_name),
    signature: signature === undefined ? known.signature : givenTemplate(signature),
    acknowledges: flag(enabled),
    acknowledgement: body,
    acknowledgement_htmlized: flag(body !== null && isMarkedUp),
  };
}

/** Adds a fault when a template names what it may not. */
export function checkTemplate(
  template: string | null | undefined,
  known: readonly string[],
  field: string,
  faults: Faults,
): void {
  const fault = template == null ? null : templateFault(template, known);
  if (fault !== null) faults.add(`${field} ${fault}`);
}

/** A form that leaves a field empty sets nothing. */
function givenTemplate(template: string | null): string | null {
  return template === null || template.trim() === "" ? null : template;
}

function flag(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}
