import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { MailError } from "./mail-error.ts";

export interface HostPolicy {
  /** `true`: the operator named the host. A list: hosts and addresses that the operator allows to tenants. */
  allowPrivate: boolean | readonly string[];
}

export interface SafeAddress {
  address: string;
  family: 4 | 6;
}

/**
 * Resolves a host that a tenant named, once, and refuses it when any of its addresses is the operator's own: loopback,
 * private, link-local (where clouds keep their metadata), or of no single machine on the internet. Connect to the address that comes
 * back, with the host as the name that TLS checks: a second look-up could answer differently (DNS rebinding).
 * Throws MailError `host_refused` (final) or `host_unknown` (retryable).
 */
export async function resolveSafely(
  host: string,
  { allowPrivate }: HostPolicy,
  lookUp: LookUp = systemLookUp,
): Promise<SafeAddress> {
  const addresses = await addressesOf(host, lookUp);
  const first = addresses[0];
  if (first === undefined) throw unknownHost(host);
  if (allowPrivate === true) return first;
  const allowed = allowPrivate === false ? [] : allowPrivate.map((each) => bareHost(each).toLowerCase());
  if (allowed.includes(bareHost(host).toLowerCase())) return first;
  // One private address among public ones is refused too: which of them is used must not be the tenant's choice.
  const refused = addresses.find(({ address }) => isPrivateAddress(address) && !allowed.includes(address));
  if (refused !== undefined) {
    throw new MailError(
      "host_refused",
      `the host ${host} is on this network (${refused.address}); see CANTRIP_ALLOW_PRIVATE_HOSTS`,
      {
        retryable: false,
      },
    );
  }
  return first;
}

/** All addresses of a name. */
export type LookUp = (name: string) => Promise<{ address: string; family: number }[]>;

// `lookup` reads what the system reads (hosts file, search domains): what a connection would have used.
const systemLookUp: LookUp = async (name) => await lookup(name, { all: true, order: "ipv4first" });

async function addressesOf(host: string, lookUp: LookUp): Promise<SafeAddress[]> {
  const bare = bareHost(host);
  const family = isIP(bare);
  if (family === 4 || family === 6) return [{ address: bare, family }];
  try {
    const found = await lookUp(bare);
    return found.map((each) => ({ address: each.address, family: each.family === 6 ? 6 : 4 }));
  } catch (error) {
    throw unknownHost(host, error);
  }
}

function unknownHost(host: string, cause?: unknown): MailError {
  return new MailError("host_unknown", `the host ${host} cannot be found`, { retryable: true, cause });
}

/** An IPv6 address as URLs write it, without its brackets. */
function bareHost(host: string): string {
  return host.trim().replace(/^\[(.*)\]$/, "$1");
}

/** Everything that is not one machine on the public internet (IANA's special-purpose registries, RFC 6890). */
export function isPrivateAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, "");
  const family = isIP(bare);
  if (family === 0) return true;
  if (family === 4) return SPECIAL.check(bare, "ipv4");
  const embedded = embeddedIpv4(bare);
  return SPECIAL.check(bare, "ipv6") || (embedded !== null && SPECIAL.check(embedded, "ipv4"));
}

const SPECIAL_IPV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

/** `::/96` holds `::`, `::1` and the obsolete IPv4-compatible addresses; `64:ff9b:1::/48` is for local translation. */
const SPECIAL_IPV6 = [
  "::/96",
  "64:ff9b:1::/48",
  "100::/64",
  "2001::/32",
  "2001:db8::/32",
  "3fff::/20",
  "5f00::/16",
  "fc00::/7",
  "fe80::/10",
  "fec0::/10",
  "ff00::/8",
];

const SPECIAL = new BlockList();
for (const [networks, family] of [
  [SPECIAL_IPV4, "ipv4"],
  [SPECIAL_IPV6, "ipv6"],
] as const) {
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    SPECIAL.addSubnet(address, Number(prefix), family);
  }
}

/** The IPv4 address inside a mapped (`::ffff:0:0/96`), translated (`64:ff9b::/96`) or 6to4 (`2002::/16`) one. */
function embeddedIpv4(address: string): string | null {
  const groups = expand(address);
  const at = (index: number): number => groups[index] ?? 0;
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && at(5) === 0xffff;
  const isTranslated = at(0) === 0x64 && at(1) === 0xff9b && groups.slice(2, 6).every((group) => group === 0);
  const start = isMapped || isTranslated ? 6 : at(0) === 0x2002 ? 1 : null;
  if (start === null) return null;
  return [at(start) >> 8, at(start) & 255, at(start + 1) >> 8, at(start + 1) & 255].join(".");
}

/** The eight groups of an IPv6 address in any of its notations, as a URL writes it. */
function expand(address: string): number[] {
  const host = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail] = host.split("::");
  const read = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return read(head);
  const before = read(head);
  const after = read(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}
