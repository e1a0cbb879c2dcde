/** The headers of an answer that are the API's own: an enveloped answer shows them in its body (R5). */
export type ShownHeaders = Readonly<Record<string, string | number | readonly string[]>>;

/** Headers as they go out: each name with its value behind it. */
export type HeaderList = (string | number | readonly string[])[];

export interface Enveloped {
  status: number;
  headers: Record<string, string | number>;
  response: unknown;
}

/** Packs an answer into one object; header values that are numbers are numbers. */
export function envelop(status: number, shown: HeaderList, response: unknown): Enveloped {
  const headers: Enveloped["headers"] = {};
  for (let index = 0; index < shown.length; index += 2) {
    const value = shown[index + 1];
    const text = Array.isArray(value) ? value.join(", ") : String(value);
    headers[String(shown[index])] = /^\d+$/.test(text) ? Number(text) : text;
  }
  return { status, headers, response: response ?? {} };
}
