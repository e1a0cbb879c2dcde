import type { MessageKey } from "../../i18n/t.ts";

export type Security = "tls" | "starttls" | "none";

export interface Server {
  host: string;
  port: number;
  security: Security;
}

/** What is known of a mail provider: where its servers are, and what it wants instead of the password. */
export interface Provider {
  id: "gmail" | "microsoft" | "fastmail" | "other";
  label: MessageKey;
  imap: Server;
  smtp: Server;
  /** How one signs in there as a rule. */
  auth: "password" | "oauth";
  hint: MessageKey;
  /** Where access tokens come from (RFC 6749). */
  tokenUrl: string;
  /** Under which name it writes Authentication-Results; "" where it names none. */
  authserv: string;
  /** Addresses that are its own. */
  domains: readonly string[];
}

const NOWHERE: Server = { host: "", port: 993, security: "tls" };

export const PROVIDERS: readonly Provider[] = [
  {
    id: "gmail",
    label: "provider.gmail",
    imap: { host: "imap.gmail.com", port: 993, security: "tls" },
    smtp: { host: "smtp.gmail.com", port: 465, security: "tls" },
    auth: "password",
    hint: "provider.gmailHint",
    tokenUrl: "https://oauth2.googleapis.com/token",
    authserv: "mx.google.com",
    domains: ["gmail.com", "googlemail.com"],
  },
  {
    id: "microsoft",
    label: "provider.microsoft",
    imap: { host: "outlook.office365.com", port: 993, security: "tls" },
    smtp: { host: "smtp.office365.com", port: 587, security: "starttls" },
    auth: "oauth",
    hint: "provider.microsoftHint",
    tokenUrl: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    authserv: "",
    domains: ["outlook.com", "hotmail.com", "live.com", "msn.com"],
  },
  {
    id: "fastmail",
    label: "provider.fastmail",
    imap: { host: "imap.fastmail.com", port: 993, security: "tls" },
    smtp: { host: "smtp.fastmail.com", port: 465, security: "tls" },
    auth: "password",
    hint: "provider.fastmailHint",
    tokenUrl: "",
    authserv: "",
    domains: ["fastmail.com", "fastmail.fm"],
  },
  {
    id: "other",
    label: "provider.other",
    imap: NOWHERE,
    smtp: { host: "", port: 587, security: "starttls" },
    auth: "password",
    hint: "provider.otherHint",
    tokenUrl: "",
    authserv: "",
    domains: [],
  },
];

export function providerOf(id: string): Provider {
  return PROVIDERS.find((provider) => provider.id === id) ?? PROVIDERS[PROVIDERS.length - 1]!;
}

/** The provider that an address or a host belongs to; "other" for all that are not known. */
export function guessProvider(addressOrHost: string): Provider {
  const text = addressOrHost.toLowerCase();
  const domain = text.split("@").at(-1) ?? "";
  const found = PROVIDERS.find(
    ({ domains, imap, smtp }) => domains.includes(domain) || [imap.host, smtp.host].includes(text),
  );
  return found ?? providerOf("other");
}

/** The servers of an address: the provider's, else what is usual at its domain. */
export function serversFor(provider: Provider, address: string): { imap: Server; smtp: Server } {
  if (provider.id !== "other") return { imap: provider.imap, smtp: provider.smtp };
  const domain = /@([a-z0-9.-]+\.[a-z]{2,})$/i.exec(address.trim())?.[1]?.toLowerCase();
  if (domain === undefined) return { imap: provider.imap, smtp: provider.smtp };
  return {
    imap: { ...provider.imap, host: `imap.${domain}` },
    smtp: { ...provider.smtp, host: `smtp.${domain}` },
  };
}

/** The port that goes with a way to encrypt. */
export function usualPort(kind: "imap" | "smtp", security: Security): number {
  if (kind === "imap") return security === "tls" ? 993 : 143;
  return security === "tls" ? 465 : security === "starttls" ? 587 : 25;
}
