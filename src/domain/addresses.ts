import { isEmailAddress } from "./contact-values.ts";

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Whether a text that becomes a mail header holds what could start another header. */
export function holdsControlCharacter(text: string): boolean {
  return CONTROL.test(text);
}

export interface NamedAddress {
  /** The display name; "" when there is none. */
  name: string;
  address: string;
}

/**
 * Reads one `Name <address>` or bare address as people type it. Returns null when it holds no address.
 * Mail headers are read by `mail/`, which knows RFC 5322; this is for single fields of the API and the command line.
 */
export function readAddress(text: string): NamedAddress | null {
  const trimmed = text.trim();
  const open = trimmed.lastIndexOf("<");
  if (open === -1 || !trimmed.endsWith(">")) return isEmailAddress(trimmed) ? { name: "", address: trimmed } : null;
  const address = trimmed.slice(open + 1, -1).trim();
  if (!isEmailAddress(address)) return null;
  const name = trimmed.slice(0, open).trim();
  return { name: unquote(name), address };
}

/** Reads a comma separated list of addresses; null when any part of it is none, or when there is no address at all. */
export function readAddressList(text: string): NamedAddress[] | null {
  const addresses: NamedAddress[] = [];
  for (const part of splitOutsideQuotes(text)) {
    if (part.trim() === "") continue;
    const address = readAddress(part);
    if (address === null) return null;
    addresses.push(address);
  }
  return addresses.length === 0 ? null : addresses;
}

function unquote(name: string): string {
  if (name.length < 2 || !name.startsWith('"') || !name.endsWith('"')) return name;
  return name.slice(1, -1).replace(/\\(.)/g, "$1");
}

function splitOutsideQuotes(text: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === "\\") index += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === "," || character === ";")) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
