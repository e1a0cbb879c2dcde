import type { MailboxMeans } from "../channels/email/mailbox-connection.ts";
import { SecretLost, relayOf } from "../channels/email/relay.ts";
import { Faults } from "../domain/faults.ts";
import type { TrialStep, TrialStepName } from "../domain/mail-trial.ts";
import { SECOND } from "../domain/time.ts";
import { MailError } from "../mail/mail-error.ts";
import type { SmtpClient } from "../mail/smtp-client.ts";
import { failed, passed, tryHost, trySmtp } from "../mail/try-server.ts";
import type { Db } from "../storage/database.ts";
import type { InboxRow, MailboxRow, TransportRow } from "../storage/schema.ts";
import { Unsealable } from "../storage/secrets.ts";
import type { MailServers } from "./choose-mail-server.ts";
import { openToLook } from "./open-mailbox.ts";
import { sendTestMessage } from "./send-test-message.ts";

/** What a try found: every step that was taken, in order. */
export interface Trial {
  ok: boolean;
  steps: TrialStep[];
}

/** What trying a transport out needs. */
export type OutgoingMail = MailServers & { smtp: SmtpClient };

/** How long a person waits for a mailbox to open. */
const PATIENCE = 30 * SECOND;

/**
 * Tries a transport out, kept or not: finds, connects, signs in, and sends a test message from the inbox to `sendTo` when
 * that is given. Never rejects for what the mail server does.
 */
export async function tryTransport(
  means: OutgoingMail,
  transport: TransportRow,
  test: { inbox: InboxRow; sendTo: string } | null,
): Promise<Trial> {
  try {
    const server = relayOf(transport, means);
    const steps = await trySmtp(server);
    if (test === null || steps.some(({ ok }) => !ok)) return trialOf(steps);
    const result = await sendTestMessage(means.smtp, server, test.inbox, test.sendTo, new Faults());
    const ok = result.kind === "sent";
    const message = ok
      ? `the server took a test message for ${test.sendTo}: ${result.response}`
      : `the server refused a test message: ${result.response}. It may not let ${test.inbox.address} send`;
    return trialOf([...steps, { name: "send", ok, message }]);
  } catch (error) {
    if (error instanceof SecretLost) return trialOf([{ name: "sign_in", ok: false, message: error.message }]);
    throw error;
  }
}

/** The same for a mailbox: takes nothing out of it and changes nothing in it. */
export async function tryMailbox(means: MailboxMeans, mailbox: MailboxRow, db: Db): Promise<Trial> {
  const { host, port, security, folder, allow_private } = mailbox;
  const dns = await tryHost(host, { allowPrivate: allow_private === 1 ? true : means.allowPrivateHosts });
  if (!dns.ok) return trialOf([dns]);
  const tried = { host, port, security, signsIn: true };
  try {
    const patient = { ...means, limits: { ...means.limits, connect: PATIENCE } };
    const session = await openToLook(db, mailbox, patient);
    try {
      const messages = (await session.uidsAfter(0)).length;
      const found = { name: "folder" as const, ok: true, message: `the folder ${folder} has ${messages} messages` };
      return trialOf([dns, ...passed(tried), found]);
    } finally {
      session.close();
    }
  } catch (error) {
    if (error instanceof Unsealable) {
      return trialOf([dns, { name: "sign_in", ok: false, message: error.message }]);
    }
    if (!(error instanceof MailError)) throw error;
    return trialOf([dns, ...failedMailbox(mailbox, error)]);
  }
}

/** The steps of opening a mailbox up to the one that failed, which says what to do. */
function failedMailbox({ host, port, security }: MailboxPlace, error: MailError): TrialStep[] {
  const tried = { host, port, security, signsIn: true };
  if (error.code === "imap_folder") {
    const message = `${error.message}: name a folder that is there, such as INBOX`;
    return [...passed(tried), { name: "folder", ok: false, message }];
  }
  return failed(tried, imapStepOf(error), error.message);
}

type MailboxPlace = Pick<MailboxRow, "host" | "port" | "security">;

/** Why a mailbox does not open, and what to do. */
export function mailboxTrouble(mailbox: MailboxPlace, error: MailError): string {
  // It was not looked for, or may not be: that says enough.
  if (error.code.startsWith("host_")) return error.message;
  return failedMailbox(mailbox, error).at(-1)?.message ?? error.message;
}

function imapStepOf({ code, message }: MailError): TrialStepName {
  if (code === "imap_login" || code.startsWith("oauth_")) return "sign_in";
  return code === "imap_tls" || /\bcertificate\b|\bTLS\b/.test(message) ? "tls" : "connect";
}

function trialOf(steps: TrialStep[]): Trial {
  return { ok: steps.every(({ ok }) => ok), steps };
}
