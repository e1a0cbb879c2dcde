import type { TrialStep, TrialStepName } from "../domain/mail-trial.ts";
import { SECOND } from "../domain/time.ts";
import { type HostPolicy, resolveSafely } from "./host-guard.ts";
import { MailError } from "./mail-error.ts";
import { type SmtpServer, type SmtpTimeouts, openConnection } from "./smtp-connection.ts";
import { failureWords } from "./smtp-result.ts";
import { TRUSTED_BY_NOBODY } from "./tls-words.ts";

/** A person waits for it. */
const PATIENCE: SmtpTimeouts = {
  connect: 10 * SECOND,
  greeting: 10 * SECOND,
  silence: 20 * SECOND,
  whole: 30 * SECOND,
};

/** Finds a host, as far as it may be reached. */
export async function tryHost(host: string, policy: HostPolicy): Promise<TrialStep> {
  try {
    const { address } = await resolveSafely(host, policy);
    return { name: "dns", ok: true, message: `${host} is ${address}` };
  } catch (error) {
    return { name: "dns", ok: false, message: hostTrouble(error) };
  }
}

/** Connects to a mail server and signs in, as a delivery would. Never rejects. */
export async function trySmtp(server: SmtpServer): Promise<TrialStep[]> {
  const dns = await tryHost(server.host, { allowPrivate: server.allowPrivate });
  if (!dns.ok) return [dns];
  const signsIn = server.auth.kind !== "none";
  const facts = { ...server, signsIn };
  try {
    const connection = await openConnection(server, PATIENCE);
    connection.quit();
    return [dns, ...passed(facts)];
  } catch (error) {
    return [dns, ...failed(facts, smtpStepOf(error), textOf(error))];
  }
}

/** Why a host is not connected to. That it may not be says enough. */
export function hostTrouble(error: unknown): string {
  const isRefused = error instanceof MailError && error.code === "host_refused";
  return isRefused ? textOf(error) : `${textOf(error)}: check the name of the server`;
}

interface Tried {
  host: string;
  port: number;
  security: "tls" | "starttls" | "none";
  signsIn: boolean;
}

/** The steps of a connection that stands, signed in. */
export function passed({ host, port, security, signsIn }: Tried): TrialStep[] {
  const encrypted =
    security === "none"
      ? "the connection is not encrypted, as asked for"
      : `the connection is encrypted, to ${host} and no other`;
  return [
    { name: "connect", ok: true, message: `${host} answers on port ${port}` },
    { name: "tls", ok: true, message: encrypted },
    { name: "sign_in", ok: true, message: signsIn ? "the server lets us in" : "the server wants no password" },
  ];
}

/** The steps up to one that failed, for a reason in the server's words or ours. */
export function failed(tried: Tried, at: TrialStepName, reason: string): TrialStep[] {
  const steps = passed(tried);
  const before = steps.slice(
    0,
    Math.max(
      0,
      steps.findIndex(({ name }) => name === at),
    ),
  );
  return [...before, { name: at, ok: false, message: `${reason}: ${adviceOn(tried, at, reason)}` }];
}

function adviceOn({ port, security }: Tried, at: TrialStepName, reason: string): string {
  if (at === "connect") return "check the host, the port, and that no firewall is in between";
  if (at === "sign_in") {
    return "check user and password; Google, Fastmail and others want an app password in place of the usual one, Microsoft wants OAuth 2";
  }
  if (at !== "tls") return "check the name of the server";
  if (reason.includes(TRUSTED_BY_NOBODY)) {
    return "if it is yours, start Cantrip with NODE_EXTRA_CA_CERTS=FILE, the certificate or that of who signed it";
  }
  if (security === "tls") return `port ${port} may want starttls, or the certificate is another server's or too old`;
  if (/not offer STARTTLS/.test(reason)) return `port ${port} may want tls; or none, of a server on this machine`;
  return `port ${port} may want tls, or the certificate is another server's or too old`;
}

/** Words of errors that have to do with encryption, whatever their code. */
const OF_TLS = /certificate|\bssl\b|\btls\b|starttls|wrong version number|altname|handshake/i;

function smtpStepOf(error: unknown): TrialStepName {
  const { code = "", command = "" } = error as { code?: string; command?: string };
  if (error instanceof MailError && code.startsWith("host_")) return "dns";
  if (code === "EAUTH" || command.startsWith("AUTH") || /^oauth_|^no_sign_in$/.test(code)) return "sign_in";
  return code === "ETLS" || code === "tls_required" || OF_TLS.test(textOf(error)) ? "tls" : "connect";
}

function textOf(error: unknown): string {
  return failureWords(error instanceof Error ? error : { message: String(error) }).slice(0, 300);
}
