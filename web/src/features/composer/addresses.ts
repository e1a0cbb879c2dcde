/** Somebody a mail goes to. */
export interface Address {
  /** "" when there is none. */
  name: string;
  address: string;
}

/** What a mail server could take: something, an @, a name with a dot or `localhost`. The server has the last word. */
export function isAddress(text: string): boolean {
  return /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/.test(text) && !text.endsWith(".") && !text.includes("..");
}

/** Reads `Ruby <ruby@example.com>, "Miller, Ben" <ben@example.com>`; parts that are no address are in `others`. */
export function readAddresses(text: string | null | undefined): { addresses: Address[]; others: string[] } {
  const addresses: Address[] = [];
  const others: string[] = [];
  for (const part of splitList(text ?? "")) {
    const found = readOne(part);
    if (found === null) others.push(part);
    else if (!addresses.some(({ address }) => sameAddress(address, found.address))) addresses.push(found);
  }
  return { addresses, others };
}

function readOne(part: string): Address | null {
  const [, name = "", address = ""] = /^(.*?)<\s*([^<>]*?)\s*>$/s.exec(part) ?? [part, "", part];
  if (!isAddress(address)) return null;
  return { name: unquote(name.trim()), address };
}

function unquote(name: string): string {
  return name.length > 1 && name.startsWith('"') && name.endsWith('"')
    ? name.slice(1, -1).replace(/\\(.)/g, "$1")
    : name;
}

/** At commas, semicolons and line ends that stand outside of quotes. */
function splitList(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (character === "\\" && quoted) {
      part += character + (text[at + 1] ?? "");
      at += 1;
      continue;
    }
    if (character === '"') quoted = !quoted;
    if (!quoted && /[,;\n\r]/.test(character)) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  return [...parts, part].map((each) => each.trim()).filter((each) => each !== "");
}

export function writeAddress({ name, address }: Address): string {
  if (name === "" || name === address) return address;
  return /[",;<>()@\\]/.test(name) ? `"${name.replace(/["\\]/g, "\\$&")}" <${address}>` : `${name} <${address}>`;
}

/** As the API takes them; null for nobody. */
export function writeAddresses(addresses: readonly Address[]): string | null {
  return addresses.length === 0 ? null : addresses.map(writeAddress).join(", ");
}

export function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Those that are in none of the other lists. */
export function without(addresses: readonly Address[], others: readonly Address[]): Address[] {
  return addresses.filter(({ address }) => !others.some((other) => sameAddress(other.address, address)));
}
