import { openVault } from "../storage/secrets.ts";
import type { Config } from "../config.ts";
import { dkimOf } from "../desk/inbox-dkim.ts";
import { relayOfUrl } from "../channels/email/relay.ts";
import { openResolver } from "../mail/dns-resolver.ts";
import { checkMailDomain } from "../mail/domain-records.ts";
import type { DnsRecord } from "../mail/dkim.ts";
import type { Reader } from "../storage/database.ts";
import { listInboxes } from "../storage/inboxes.ts";
import type { AccountRow, InboxRow } from "../storage/schema.ts";
import { listTransports } from "../storage/transports.ts";
import type { Check } from "./doctor-check.ts";

/** More domains than a help desk has, as a rule: the doctor is waited for. */
const MOST_DOMAINS = 50;

/** What the DNS says of the domains of a help desk's inboxes: where their mail goes, and who may send for them. */
export async function checkDns(reader: Reader, { id, site }: AccountRow, config: Config): Promise<Check[]> {
  const resolver = openResolver(config.dnsServers);
  const inboxes = (await listInboxes(reader, id)).filter(({ address }) => address !== null);
  const byDomain = [...Map.groupBy(inboxes, domainOf)].slice(0, MOST_DOMAINS);
  const transports = await listTransports(reader, id);
  const relay = config.smtpUrl === null ? [] : [relayOfUrl(config.smtpUrl).host];
  const found = byDomain.map(async ([domain, ofDomain]) => {
    const relays = ofDomain.flatMap((inbox) => {
      const own = transports.find(({ inbox_id }) => inbox_id === inbox.id) ?? transports.find(isForAll);
      return own === undefined ? relay : [own.host];
    });
    const signing = ofDomain.flatMap((inbox) => recordOf(inbox, config));
    return await checkMailDomain(resolver, { domain, relays, signing });
  });
  return (await Promise.all(found)).flat().map(({ record, ...finding }) => ({
    name: record === "DNS" ? `${site}: DNS` : `${site}: ${record} record`,
    ...finding,
  }));
}

function isForAll({ inbox_id }: { inbox_id: string | null }): boolean {
  return inbox_id === null;
}

function domainOf({ address }: InboxRow): string {
  return (address ?? "").slice((address ?? "").lastIndexOf("@") + 1).toLowerCase();
}

/** That a key cannot be read is told elsewhere. */
function recordOf(inbox: InboxRow, { data, secretKey }: Config): DnsRecord[] {
  if (inbox.dkim_key === null) return [];
  const dkim = dkimOf(openVault({ data, key: secretKey }), inbox);
  return dkim === null || typeof dkim === "string" ? [] : [dkim.record];
}
