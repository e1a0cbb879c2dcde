export interface Person {
  /** The name before the address, else the address. */
  name: string;
  address: string;
}

/** The people in a header's text: `Ada <ada@example.com>, "Obi, Ben" <ben@example.com>`. What is no address stays a name. */
export function addressesIn(header: string | null): Person[] {
  if (header === null) return [];
  const parts = header.match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,;"<>])+/g) ?? [];
  return parts.flatMap((part) => {
    const text = part.trim();
    if (text === "") return [];
    const [, name = "", inside] = /^(.*?)<([^>]*)>\s*$/s.exec(text) ?? [];
    const address = (inside ?? text).trim();
    const plain = name
      .trim()
      .replace(/^"(.*)"$/s, "$1")
      .replace(/\\(.)/g, "$1");
    return [{ name: plain === "" ? address : plain, address }];
  });
}
