import type { MailAddress } from "../mail/parsed-message.ts";

const ADDRESSES_LIMIT = 4000;

/** `Ruby Miller <ruby@example.com>`, the name in quotes where it needs them. */
export function formatAddress({ name, address }: MailAddress): string {
  if (name === "" || name === address) return address;
  return /[",;<>()@\\]/.test(name) ? `"${name.replace(/["\\]/g, "\\$&")}" <${address}>` : `${name} <${address}>`;
}

/** Comma separated; null when there is none. */
export function formatAddresses(addresses: readonly MailAddress[]): string | null {
  return addresses.length === 0 ? null : addresses.map(formatAddress).join(", ").slice(0, ADDRESSES_LIMIT);
}
