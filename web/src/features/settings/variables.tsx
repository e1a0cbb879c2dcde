import { flushSync } from "react-dom";
import { t } from "../../i18n/t.ts";

/** What a signature may name, as the server has it. */
export const SIGNATURE_VARIABLES = [
  "user.name",
  "user.first_name",
  "user.last_name",
  "user.email",
  "inbox.name",
  "inbox.address",
  "account.name",
] as const;

/** What an acknowledgement may name. */
export const ACKNOWLEDGEMENT_VARIABLES = [
  "customer.name",
  "customer.first_name",
  "ticket.number",
  "ticket.subject",
  "inbox.signature",
  "inbox.name",
  "inbox.address",
  "account.name",
] as const;

/** What a saved reply may name. */
export const REPLY_VARIABLES = [
  "customer.first_name",
  "customer.name",
  "ticket.number",
  "ticket.subject",
  "user.name",
  "user.first_name",
  "inbox.name",
  "account.name",
] as const;

/** Buttons that put a variable at the end of a text, or where the writer is. */
export function Variables({ names, onPick }: { names: readonly string[]; onPick: (text: string) => void }) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="pb-1 text-sm text-muted">{t("settings.variables")}</legend>
      <div className="flex flex-wrap gap-1.5">
        {names.map((name) => (
          <button
            key={name}
            type="button"
            // The text keeps the focus, and the place in it.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onPick(`{{${name}}}`)}
            className="h-6 rounded-sm border border-line bg-ground-low px-1.5 font-mono text-xs hover:bg-ground-hover pointer-coarse:h-11"
          >
            {name}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

/** Puts a text where the cursor of a field is, else at its end, and the cursor behind it. `write` draws the field with what is given. */
export function insertInto(
  field: HTMLTextAreaElement | HTMLInputElement | null,
  value: string,
  text: string,
  write: (value: string) => void,
): void {
  const isIn = field !== null && document.activeElement === field;
  const at = isIn ? (field.selectionStart ?? value.length) : value.length;
  const until = isIn ? (field.selectionEnd ?? at) : at;
  // At once: the next letter may be on its way, and belongs behind what was put in.
  flushSync(() => write(value.slice(0, at) + text + value.slice(until)));
  field?.focus();
  field?.setSelectionRange(at + text.length, at + text.length);
}
