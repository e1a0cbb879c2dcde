import type { Config } from "../config.ts";
import type { Reader } from "../storage/database.ts";
import { countUndelivered } from "../storage/deliveries.ts";
import { listInboxes } from "../storage/inboxes.ts";
import type { AccountRow, TransportRow } from "../storage/schema.ts";
import { openVault } from "../storage/secrets.ts";
import { listTransports } from "../storage/transports.ts";
import { type Check, note, ok, wrong } from "./doctor-check.ts";

/** Whether replies can go out, and what became of those that did not. */
export async function checkOutgoing(reader: Reader, account: AccountRow, config: Config): Promise<Check[]> {
  return [
    ...(await checkServers(reader, account, config)),
    ...(await checkDkim(reader, account, config)),
    ...(await checkDeliveries(reader, account)),
  ];
}

async function checkServers(reader: Reader, { id, site }: AccountRow, config: Config): Promise<Check[]> {
  const name = `${site}: mail servers`;
  const transports = await listTransports(reader, id);
  const sealed = transports.filter((transport) => !opens(transport, config)).map(({ host }) => host);
  if (sealed.length > 0) {
    const mend = `set the password again: cantrip transport set --site ${site} …; or bring back CANTRIP_SECRET_KEY or secret.key`;
    return [wrong(name, `the password cannot be read for ${sealed.join(", ")}`, mend)];
  }
  const isForAll = config.smtpUrl !== null || transports.some(({ inbox_id }) => inbox_id === null);
  const inboxes = await listInboxes(reader, id);
  const without = isForAll ? [] : inboxes.filter((inbox) => transports.every(({ inbox_id }) => inbox_id !== inbox.id));
  if (without.length === 0) return [ok(name, "every inbox can send")];
  const mend = `run: cantrip transport set --site ${site} --host …; or set CANTRIP_SMTP_URL`;
  return [note(name, `replies wait: no mail server for ${without.map((inbox) => inbox.name).join(", ")}`, mend)];
}

/** Without its key an inbox sends nothing: unsigned mail would be refused by whoever believes its domain's DMARC. */
async function checkDkim(reader: Reader, { id, site }: AccountRow, config: Config): Promise<Check[]> {
  const signing = (await listInboxes(reader, id)).filter(({ dkim_key }) => dkim_key !== null);
  if (signing.length === 0) return [];
  const name = `${site}: DKIM`;
  const lost = signing.filter(({ dkim_key }) => !opens({ secret: dkim_key }, config));
  if (lost.length === 0) return [ok(name, `signs for ${signing.map(({ address }) => address).join(", ")}`)];
  const addresses = lost.map(({ address }) => address).join(", ");
  const mend = `make another: cantrip inbox dkim set --site ${site} …; or bring back CANTRIP_SECRET_KEY or secret.key`;
  return [wrong(name, `the key cannot be read for ${addresses}, and replies wait`, mend)];
}

/** Whether a secret is there to be read, or there is none. */
export function opens({ secret }: Pick<TransportRow, "secret">, { data, secretKey }: Config): boolean {
  if (secret === null) return true;
  try {
    openVault({ data, key: secretKey }).unseal(secret);
    return true;
  } catch {
    return false;
  }
}

const NONE = { count: 0, newest: "" };

async function checkDeliveries(reader: Reader, { id, site }: AccountRow): Promise<Check[]> {
  const name = `${site}: replies`;
  const counts = await countUndelivered(reader, id);
  const { count: failed, newest } = counts.find(({ delivery_state }) => delivery_state === "failed") ?? NONE;
  const troubled = counts.find(({ delivery_state }) => delivery_state === "queued")?.troubled ?? 0;
  const checks: Check[] = [];
  if (failed > 0) {
    const mend = `each says why on its ticket; send one again there, or run, for the last: cantrip mail retry --site ${site} ${newest}`;
    checks.push(note(name, `${failed} could not be delivered`, mend));
  }
  if (troubled > 0) {
    checks.push(note(name, `${troubled} put off, and tried again by themselves`, "each says why on its ticket"));
  }
  return checks.length > 0 ? checks : [ok(name, "none failed, none was put off")];
}
