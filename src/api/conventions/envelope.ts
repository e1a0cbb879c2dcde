/** The headers that an enveloped answer shows in its body (R5). */
const SHOWN = [
  "Rate-Limit-Limit",
  "Rate-Limit-Remaining",
  "Rate-Limit-Used",
  "Rate-Limit-Reset",
  "Total-Count",
  "Location",
  "Retry-After",
  "ETag",
  "Allow",
  "WWW-Authenticate",
] as const;

export interface Enveloped {
  status: number;
  headers: Record<string, string | number>;
  response: unknown;
}

/** Packs an answer into one object; header values that are numbers are numbers. */
export function envelop(
  status: number,
  header: (name: string) => number | string | readonly string[] | undefined,
  response: unknown,
): Enveloped {
  const headers: Record<string, string | number> = {};
  for (const name of SHOWN) {
    const value = header(name);
    if (value === undefined) continue;
    const text = Array.isArray(value) ? value.join(", ") : String(value);
    headers[name] = /^\d+$/.test(text) ? Number(text) : text;
  }
  return { status, headers, response: response ?? {} };
}
