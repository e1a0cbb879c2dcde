import { Malformed } from "../../domain/errors.ts";
import { parseTime } from "../../domain/time.ts";

/** The most values that one list may hold. */
export const LIST_LIMIT = 500;

/** The query of a URL, decoded. A repeated key adds to the list (T11). */
export class Query {
  readonly #values = new Map<string, string>();
  #readable = true;

  /** What cannot be decoded is left out: see `refuseUnreadable`. */
  constructor(text: string) {
    if (text === "") return;
    for (const pair of text.split("&")) {
      const equals = pair.indexOf("=");
      const name = decode(equals === -1 ? pair : pair.slice(0, equals));
      const value = equals === -1 ? "" : decode(pair.slice(equals + 1));
      this.#readable &&= name !== null && value !== null;
      if (name === null || value === null || name === "") continue;
      const before = this.#values.get(name);
      this.#values.set(name, before === undefined ? value : `${before},${value}`);
    }
  }

  /** Throws `Malformed` when there was a broken `%` escape (T9). Apart from reading, so that the refusal keeps its turn (T13). */
  refuseUnreadable(): void {
    if (!this.#readable) throw new Malformed("the URL holds a broken % escape");
  }

  /** The value as it came; undefined when the parameter is not there. */
  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** Whether the parameter is the word `true`; nothing else turns it on (R4). */
  isTrue(name: string): boolean {
    return this.#values.get(name) === "true";
  }

  /** The values of a comma list without empty ones; undefined when none is left, which is no filter (R9). */
  list(name: string): string[] | undefined {
    const values = this.rawList(name)?.filter((value) => value !== "");
    return values === undefined || values.length === 0 ? undefined : values;
  }

  /** The values of a comma list, empty ones too. */
  rawList(name: string): string[] | undefined {
    const text = this.#values.get(name);
    if (text === undefined) return undefined;
    const values = text.split(",").map((value) => value.trim());
    if (values.length > LIST_LIMIT) throw new Malformed(`${name} must have at most ${LIST_LIMIT} values`);
    return values;
  }

  /** A comma list of an enumeration; another value is refused by name (R9). */
  oneOf<const T extends string>(name: string, allowed: readonly T[]): T[] | undefined {
    return this.list(name)?.map((value) => {
      const known = allowed.find((candidate) => candidate === value);
      if (known === undefined) throw new Malformed(`${name} must be one of: ${allowed.join(", ")}`);
      return known;
    });
  }

  /** A moment in ISO 8601, as epoch milliseconds. A `+` that arrived as a space is read as `+` (R8). */
  time(name: string): number | undefined {
    const text = this.#values.get(name);
    if (text === undefined || text === "") return undefined;
    const time = parseTime(text) ?? parseTime(text.replace(/ (?=\d{2}(:?\d{2})?$)/, "+"));
    if (time === null) throw new Malformed(`${name} must be a time in ISO 8601, such as 2023-08-02T13:41:10Z`);
    return time;
  }
}

/** No parameters at all. */
export const EMPTY_QUERY = new Query("");

function decode(text: string): string | null {
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}
