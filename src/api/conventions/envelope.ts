/** The headers of an answer that are the API's own: an enveloped answer shows them in its body (R5). */
export type ShownHeaders = Readonly<Record<string, string | number | readonly string[]>>;

export interface Enveloped {
  status: number;
  headers: Record<string, string | number>;
  response: unknown;
}

/** Packs an answer into one object; header values that are numbers are numbers. */
export function envelop(status: number, shown: ShownHeaders, response: unknown): Enveloped {
  const headers = Object.entries(shown).map(([name, value]) => {
    const text = Array.isArray(value) ? value.join(", ") : String(value);
    return [name, /^\d+$/.test(text) ? Number(text) : text] as const;
  });
  return { status, headers: Object.fromEntries(headers), response: response ?? {} };
}
