/** What stands for the variables of a saved reply while it is written: nobody's data. */
const SAMPLE: Readonly<Record<string, string>> = {
  "customer.first_name": "Ruby",
  "customer.name": "Ruby Miller",
  "ticket.number": "1024",
};

/**
 * A saved reply as it might go out. What the reader has a value for is filled in, the rest from the sample; a variable that
 * the server does not know stays as it stands, as it would.
 */
export function fillSample(
  body: string,
  own: Readonly<Record<string, string>>,
  known: readonly string[],
  escape: (text: string) => string = (text) => text,
): string {
  return body.replace(
    /\{\{\s*([a-z_.]{1,40})\s*(?:\|([^{}]{0,200}))?\}\}/g,
    (whole, name: string, fallback?: string) => {
      if (!known.includes(name)) return whole;
      const value = own[name] ?? SAMPLE[name] ?? "";
      return value === "" ? (fallback?.trim() ?? "") : escape(value);
    },
  );
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
