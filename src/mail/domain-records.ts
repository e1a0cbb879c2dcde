import type { Resolver } from "./authentication.ts";
import type { DnsRecord } from "./dkim.ts";

/** What the DNS has, or lacks, of what mail of a domain needs. */
export interface RecordFinding {
  record: "MX" | "SPF" | "DKIM" | "DMARC" | "DNS";
  level: "ok" | "note" | "wrong";
  message: string;
  /** What to do about it; null when nothing is to be done. */
  mend: string | null;
}

/** A domain that mail comes to and goes out from. */
export interface MailDomain {
  domain: string;
  /** The servers that its mail goes out by. */
  relays: readonly string[];
  /** The records of the keys with which we sign for it. */
  signing: readonly DnsRecord[];
}

/** Providers that sign with keys of their own: what has to be in the SPF record, and where their DKIM keys are. */
const PROVIDERS = [
  { host: /(^|\.)(gmail|google)\.com$/, include: "_spf.google.com", selectors: ["google"] },
  { host: /(^|\.)(office365|outlook)\.com$/, include: "spf.protection.outlook.com", selectors: ["selector1"] },
  { host: /(^|\.)(fastmail|messagingengine)\.com$/, include: "spf.messagingengine.com", selectors: ["fm1"] },
] as const;

/** Names that are nobody's on the internet (RFC 2606, RFC 6761, RFC 6762, RFC 8375). */
const RESERVED = /(^|\.)(example|test|invalid|localhost|local|internal|home\.arpa|example\.(com|net|org))$/;

/** Looks at what the DNS says of a domain: where its mail goes (MX), and who may send for it (SPF, DKIM, DMARC). */
export async function checkMailDomain(resolver: Resolver, about: MailDomain): Promise<RecordFinding[]> {
  const { domain } = about;
  if (RESERVED.test(domain)) {
    const message = `${domain} is a name for examples and networks of one's own: there is nothing to look up`;
    return [{ record: "DNS", level: "note", message, mend: "give the inbox an address that mail can reach" }];
  }
  try {
    return [
      await checkMx(resolver, domain),
      await checkSpf(resolver, about),
      ...(await checkDkim(resolver, about)),
      await checkDmarc(resolver, domain),
    ];
  } catch (error) {
    const message = `the DNS says nothing about ${domain} (${codeOf(error)})`;
    const mend = "check that this machine reaches a name server, or name one in CANTRIP_DNS_SERVERS";
    return [{ record: "DNS", level: "note", message, mend }];
  }
}

async function checkMx(resolver: Resolver, domain: string): Promise<RecordFinding> {
  const found = (await ask(resolver, domain, "MX")) as { exchange: string; priority: number }[];
  const hosts = found.toSorted((a, b) => a.priority - b.priority).map(({ exchange }) => exchange.replace(/\.$/, ""));
  const mend = `set MX records of ${domain} that name the servers that take its mail`;
  if (hosts.length === 0) {
    const [address] = [...(await ask(resolver, domain, "A")), ...(await ask(resolver, domain, "AAAA"))] as string[];
    if (address === undefined) {
      return { record: "MX", level: "wrong", message: `no mail can reach ${domain}: it has no MX record`, mend };
    }
    // RFC 5321 5.1: without one, mail goes to the address of the name itself.
    return { record: "MX", level: "note", message: `${domain} has none; mail goes to ${address}`, mend };
  }
  // RFC 7505: a domain that wants no mail says so.
  if (hosts.includes("")) {
    return { record: "MX", level: "wrong", message: `${domain} says that it takes no mail`, mend };
  }
  return { record: "MX", level: "ok", message: `mail for ${domain} goes to ${hosts.join(", ")}`, mend: null };
}

async function checkSpf(resolver: Resolver, { domain, relays }: MailDomain): Promise<RecordFinding> {
  const records = (await texts(resolver, domain)).filter((text) => /^v=spf1( |$)/i.test(text));
  const providers = providersOf(relays);
  const includes = providers.map(({ include }) => `include:${include}`).join(" ") || "ip4:ADDRESS-OF-YOUR-SERVER";
  const mend = `set a TXT record of ${domain}, such as: v=spf1 ${includes} -all`;
  const [record, ...more] = records;
  if (record === undefined) {
    const message = `${domain} does not say who may send for it: replies may end up as spam`;
    return { record: "SPF", level: "note", message, mend };
  }
  // RFC 7208 3.2: then there is none that counts.
  if (more.length > 0) {
    const message = `${domain} has ${records.length} records where one may be, so that none counts`;
    return { record: "SPF", level: "wrong", message, mend: "make one of them" };
  }
  if (/ \+?all( |$)/i.test(record)) {
    const message = `${domain} lets the whole world send for it: ${record}`;
    return { record: "SPF", level: "wrong", message, mend: "end it with -all or ~all" };
  }
  const lower = record.toLowerCase();
  const without = providers.filter(({ include }) => !lower.includes(include));
  if (without.length > 0 && !lower.includes("redirect=")) {
    const names = without.map(({ include }) => `include:${include}`).join(" ");
    const message = `the record of ${domain} does not name those who send for it: ${record}`;
    return { record: "SPF", level: "note", message, mend: `add: ${names}` };
  }
  return { record: "SPF", level: "ok", message: `${domain}: ${record}`, mend: null };
}

async function checkDkim(resolver: Resolver, { domain, relays, signing }: MailDomain): Promise<RecordFinding[]> {
  const own = await Promise.all(signing.map(async (record) => await checkOwnKey(resolver, record)));
  if (own.length > 0) return own;
  const names = providersOf(relays).flatMap(({ selectors }) => selectors.map((each) => `${each}._domainkey.${domain}`));
  if (names.length === 0) {
    const message = `mail of ${domain} is not signed here; whether its mail server does it cannot be told`;
    return [{ record: "DKIM", level: "note", message, mend: "if it does not: cantrip inbox dkim set ADDRESS" }];
  }
  const found = await Promise.all(names.map(async (name) => (await texts(resolver, name)).some(isKey)));
  if (found.includes(true)) {
    return [{ record: "DKIM", level: "ok", message: `the provider's key for ${domain} is there`, mend: null }];
  }
  const message = `the provider's key for ${domain} is not at ${names.join(", ")}`;
  const mend =
    "switch DKIM on where the provider has it, and set the record that it shows, if it is not under another name";
  return [{ record: "DKIM", level: "note", message, mend }];
}

async function checkOwnKey(resolver: Resolver, { name, value }: DnsRecord): Promise<RecordFinding> {
  const mend = `set a TXT record of ${name}: ${value}`;
  const published = (await texts(resolver, name)).filter(isKey);
  if (published.length === 0) {
    return { record: "DKIM", level: "wrong", message: `replies are signed, and ${name} has no key`, mend };
  }
  if (!published.some((text) => keyOf(text) === keyOf(value))) {
    return { record: "DKIM", level: "wrong", message: `${name} has another key than the one that signs`, mend };
  }
  return { record: "DKIM", level: "ok", message: `${name} has the key that signs`, mend: null };
}

async function checkDmarc(resolver: Resolver, domain: string): Promise<RecordFinding> {
  const labels = domain.split(".");
  // That of a domain it is part of counts as well (RFC 7489 6.6.3); a top-level domain has none for others.
  for (let from = 0; labels.length - from >= 2; from += 1) {
    const at = labels.slice(from).join(".");
    const [record] = (await texts(resolver, `_dmarc.${at}`)).filter((text) => /^v=DMARC1\s*(;|$)/i.test(text));
    if (record !== undefined) return { record: "DMARC", level: "ok", message: `${at}: ${record}`, mend: null };
  }
  return {
    record: "DMARC",
    level: "note",
    message: `${domain} does not say what to do with mail that others forge in its name; large providers want that`,
    mend: `set a TXT record of _dmarc.${domain}: v=DMARC1; p=none; rua=mailto:postmaster@${domain}`,
  };
}

function providersOf(relays: readonly string[]): (typeof PROVIDERS)[number][] {
  return PROVIDERS.filter(({ host }) => relays.some((relay) => host.test(relay.toLowerCase())));
}

/** RFC 6376 3.6.1: an empty key is one that was revoked. */
function isKey(text: string): boolean {
  return (keyOf(text) ?? "") !== "";
}

function keyOf(text: string): string | undefined {
  return /(?:^|;)\s*p\s*=([^;]*)/.exec(text)?.[1]?.replace(/\s+/g, "");
}

/** A TXT record is one text, whatever pieces it was cut into (RFC 7208 3.3). */
async function texts(resolver: Resolver, name: string): Promise<string[]> {
  return (await ask(resolver, name, "TXT")).map((pieces) => (Array.isArray(pieces) ? pieces.join("") : String(pieces)));
}

/** What there is by a name; nothing when it says so, and rejects when nobody could say. */
async function ask(resolver: Resolver, name: string, type: string): Promise<unknown[]> {
  try {
    return await resolver(name, type);
  } catch (error) {
    if (["ENOTFOUND", "ENODATA"].includes(codeOf(error))) return [];
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
