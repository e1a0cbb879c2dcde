import { relayOfUrl } from "../channels/email/relay.ts";
import type { Config } from "../config.ts";
import type { TrialStep } from "../domain/mail-trial.ts";
import { tryImapPort } from "../mail/try-imap-port.ts";
import { trySmtp } from "../mail/try-server.ts";
import type { Reader } from "../storage/database.ts";
import { listMailboxes } from "../storage/mailboxes.ts";
import type { AccountRow } from "../storage/schema.ts";
import { listTransports } from "../storage/transports.ts";
import { type Check, ok, wrong } from "./doctor-check.ts";

/**
 * Whether the mail servers of a help desk can be found and connected to, and prove with their certificate who they are. Nobody
 * signs in: that might use up a token, and is what `mailbox test` and `transport test` are for.
 */
export async function checkReach(reader: Reader, { id, site }: AccountRow, config: Config): Promise<Check[]> {
  const policyOf = (row: { allow_private: number }): boolean | readonly string[] =>
    row.allow_private === 1 || config.allowPrivateHosts;
  const mailboxes = (await listMailboxes(reader, id)).map(async (mailbox) => {
    const steps = await tryImapPort(mailbox, { allowPrivate: policyOf(mailbox) });
    return checkOf(`${site}: IMAP server ${placeOf(mailbox)}`, steps, `look with: cantrip mailbox list --site ${site}`);
  });
  const transports = (await listTransports(reader, id)).map(async (transport) => {
    const { host, port, security } = transport;
    const server = { key: "doctor", host, port, security, auth: { kind: "none" }, allowPrivate: policyOf(transport) };
    const steps = await trySmtp(server as Parameters<typeof trySmtp>[0]);
    return checkOf(
      `${site}: mail server ${placeOf(transport)}`,
      steps,
      `look with: cantrip transport list --site ${site}`,
    );
  });
  const checks = await Promise.all([...mailboxes, ...transports]);
  // Several mailboxes of one server are one connection to look at.
  return [...new Map(checks.map((check) => [check.name, check])).values()];
}

/** The same for the operator's own mail server, where there is one. */
export async function checkRelay({ smtpUrl }: Config): Promise<Check[]> {
  if (smtpUrl === null) return [];
  const relay = relayOfUrl(smtpUrl);
  const steps = await trySmtp({ ...relay, auth: { kind: "none" } });
  return [checkOf(`mail server ${placeOf(relay)}`, steps, "mend CANTRIP_SMTP_URL")];
}

function placeOf({ host, port }: { host: string; port: number }): string {
  return `${host}:${port}`;
}

function checkOf(name: string, steps: readonly TrialStep[], look: string): Check {
  const trouble = steps.find((step) => !step.ok);
  if (trouble !== undefined) return wrong(name, trouble.message, look);
  const encrypted = steps.find((step) => step.name === "tls")?.message ?? "it answers";
  return ok(name, encrypted);
}
