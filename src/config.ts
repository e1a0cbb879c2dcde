// Longer than most: every variable stands in one list, which is also its documentation.
import { isIP } from "node:net";
import { resolve } from "node:path";

/** How Cantrip runs. Every member comes from one variable of `VARIABLES`, which is also their documentation. */
export interface Config {
  data: string;
  databaseUrl: string | null;
  databaseReadUrl: string | null;
  databaseListenUrl: string | null;
  host: string;
  port: number;
  site: string | null;
  publicUrl: string | null;
  tlsCert: string | null;
  tlsKey: string | null;
  trustedProxies: string[];
  bodyLimit: number;
  attachmentLimit: number;
  mailLimit: number;
  keptAnswers: number;
  secretKey: Uint8Array | null;
  smtpPort: number | null;
  lmtpPort: number | null;
  smtpHost: string;
  smtpUrl: string | null;
  allowPrivateHosts: string[];
  authservId: string | null;
  dnsServers: string[];
  s3Bucket: string | null;
  s3Endpoint: string | null;
  s3Region: string;
  s3AccessKey: string | null;
  s3SecretKey: string | null;
  s3Prefix: string;
  workers: number;
  drainSeconds: number;
  metricsToken: string | null;
  logLevel: LogLevel;
  failPoint: string | null;
}

const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A setting that cannot be used. The message names the variable and what is allowed. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

interface Variable<T> {
  name: string;
  /** The command line option that wins over the variable. */
  flag: string | null;
  /** What stands there when nothing is set, as text. */
  default: string;
  /** What is allowed: the end of "NAME must be …". */
  allowed: string;
  about: string;
  /** Returns undefined when the text is not allowed. */
  read(text: string): T | undefined;
}

const MEBIBYTE = 1024 * 1024;

export const VARIABLES: { [K in keyof Config]: Variable<Config[K]> } = {
  data: {
    name: "CANTRIP_DATA",
    flag: "--data",
    default: "./data",
    allowed: "a folder",
    about: "Where the embedded database and the attachments are. Made when missing, readable by its owner only.",
    read: (text) => resolve(text),
  },
  databaseUrl: {
    name: "DATABASE_URL",
    flag: null,
    default: "",
    allowed: "a PostgreSQL URL, such as postgres://user:password@host:5432/cantrip",
    about: "A PostgreSQL 15 or newer to use in place of the embedded database. Attachments stay in the data folder.",
    read: readDatabaseUrl,
  },
  databaseReadUrl: {
    name: "DATABASE_READ_URL",
    flag: null,
    default: "",
    allowed: "a PostgreSQL URL, such as postgres://user:password@replica:5432/cantrip",
    about:
      "A streaming replica of that PostgreSQL: lists, searches and counts are read there once it has all that the help desk's writers were told. One server, the same for every process. Empty: everything is read from the primary.",
    read: readDatabaseUrl,
  },
  databaseListenUrl: {
    name: "DATABASE_LISTEN_URL",
    flag: null,
    default: "",
    allowed: "a PostgreSQL URL, such as postgres://user:password@host:5432/cantrip",
    about:
      "The PostgreSQL itself, when `DATABASE_URL` is PgBouncer: one connection of each process hears there what others did. Empty: `DATABASE_URL`.",
    read: readDatabaseUrl,
  },
  host: {
    name: "CANTRIP_HOST",
    flag: "--host",
    default: "127.0.0.1",
    allowed: "an address or host name to listen on, such as 127.0.0.1 or 0.0.0.0",
    about: "Where to listen. The default is reachable from this machine only.",
    read: (text) => (/^[a-zA-Z0-9.:_-]+$/.test(text) ? text : undefined),
  },
  port: {
    name: "CANTRIP_PORT",
    flag: "--port",
    default: "3000",
    allowed: "a port from 0 to 65535 (0 takes any free one)",
    about: "The port to listen on.",
    read: (text) => readInteger(text, 0, 65_535),
  },
  site: {
    name: "CANTRIP_SITE",
    flag: "--site",
    default: "",
    allowed: "a help desk's identifier: lower-case letters, digits and hyphens",
    about:
      "Serves this help desk only, whatever host a request names. Empty: the host's first label, else the token, decides.",
    read: (text) => (text === "" ? null : isSite(text) ? text : undefined),
  },
  publicUrl: {
    name: "CANTRIP_PUBLIC_URL",
    flag: "--public-url",
    default: "",
    allowed: "an http or https URL without query, such as https://help.example.com",
    about:
      "How clients reach this server; links in answers and mails begin with it, and passkeys belong to its host. Empty: the scheme and host of each request; then no password is reset by mail.",
    read: (text) => (text === "" ? null : readUrl(text)),
  },
  tlsCert: {
    name: "CANTRIP_TLS_CERT",
    flag: "--tls-cert",
    default: "",
    allowed: "a file with a certificate chain in PEM form",
    about: "Serves HTTPS with this certificate; needs the key too.",
    read: (text) => (text === "" ? null : resolve(text)),
  },
  tlsKey: {
    name: "CANTRIP_TLS_KEY",
    flag: "--tls-key",
    default: "",
    allowed: "a file with the certificate's private key in PEM form",
    about: "The private key of the certificate.",
    read: (text) => (text === "" ? null : resolve(text)),
  },
  trustedProxies: {
    name: "CANTRIP_TRUSTED_PROXIES",
    flag: null,
    default: "",
    allowed: "a comma separated list of addresses or networks, such as 127.0.0.1, 10.0.0.0/8",
    about:
      "The reverse proxies whose X-Forwarded-Proto, -Host and -For are believed. Plain HTTP from anyone else is refused, but for this machine itself.",
    read: readNetworks,
  },
  bodyLimit: {
    name: "CANTRIP_BODY_LIMIT",
    flag: null,
    default: String(40 * MEBIBYTE),
    allowed: "a number of bytes from 1024 to 1073741824",
    about: "The largest request body.",
    read: (text) => readInteger(text, 1024, 1024 * MEBIBYTE),
  },
  attachmentLimit: {
    name: "CANTRIP_ATTACHMENT_LIMIT",
    flag: null,
    default: String(25 * MEBIBYTE),
    allowed: "a number of bytes from 1 to 1073741824",
    about: "The largest attachment that a client may upload.",
    read: (text) => readInteger(text, 1, 1024 * MEBIBYTE),
  },
  mailLimit: {
    name: "CANTRIP_MAIL_LIMIT",
    flag: null,
    default: String(50 * MEBIBYTE),
    allowed: "a number of bytes from 1024 to 1073741824",
    about: "The largest mail that is taken; a larger one is refused, for its sender to know.",
    read: (text) => readInteger(text, 1024, 1024 * MEBIBYTE),
  },
  keptAnswers: {
    name: "CANTRIP_KEPT_ANSWERS",
    flag: null,
    default: String(16 * MEBIBYTE),
    allowed: "a number of bytes from 0 to 1073741824",
    about:
      "How much memory answers to reads may take, to be sent again while nothing has changed. 0: every answer is made anew. Embedded database only.",
    read: (text) => readInteger(text, 0, 1024 * MEBIBYTE),
  },
  secretKey: {
    name: "CANTRIP_SECRET_KEY",
    flag: null,
    default: "",
    allowed: "32 bytes in base64 or 64 hexadecimal digits",
    about:
      "Seals the passwords of mail servers and the secrets of authenticator apps in the database. Empty: the file secret.key in the data folder, made when it is first needed. Several servers on one database need the same key.",
    read: (text) => (text === "" ? null : readKey(text)),
  },
  smtpPort: {
    name: "CANTRIP_SMTP_PORT",
    flag: "--smtp-port",
    default: "",
    allowed: "a port from 0 to 65535 (0 takes any free one)",
    about: "Takes mail for the inboxes by SMTP on this port. Empty: does not.",
    read: readPort,
  },
  lmtpPort: {
    name: "CANTRIP_LMTP_PORT",
    flag: "--lmtp-port",
    default: "",
    allowed: "a port from 0 to 65535 (0 takes any free one)",
    about: "Takes mail for the inboxes by LMTP on this port, from a mail server beside it. Empty: does not.",
    read: readPort,
  },
  smtpHost: {
    name: "CANTRIP_SMTP_HOST",
    flag: "--smtp-host",
    default: "127.0.0.1",
    allowed: "an address or host name to listen on, such as 127.0.0.1 or 0.0.0.0",
    about: "Where SMTP and LMTP listen. The default is reachable from this machine only.",
    read: (text) => (/^[a-zA-Z0-9.:_-]+$/.test(text) ? text : undefined),
  },
  smtpUrl: {
    name: "CANTRIP_SMTP_URL",
    flag: null,
    default: "",
    allowed: "an SMTP URL, such as smtp://user:password@mail.example.com:587 or smtps://mail.example.com",
    about:
      "The mail server for every inbox that has none of its own. smtp:// insists on STARTTLS (smtp://…?tls=none does without), smtps:// is TLS from the start.",
    read: (text) => (text === "" ? null : isSmtpUrl(text) ? text : undefined),
  },
  allowPrivateHosts: {
    name: "CANTRIP_ALLOW_PRIVATE_HOSTS",
    flag: null,
    default: "",
    allowed: "a comma separated list of host names and addresses, such as mail.internal, 10.0.0.5",
    about:
      "Mail servers on this network that a help desk may name. Every other private, loopback or link-local address is refused.",
    read: readHosts,
  },
  authservId: {
    name: "CANTRIP_AUTHSERV_ID",
    flag: null,
    default: "",
    allowed: "a host name, such as mx.example.com",
    about:
      "The name under which the mail server in front of Cantrip writes Authentication-Results. They are believed in mail that comes by LMTP, pipe or HTTP, and by SMTP from a private address. Empty: such mail is not judged.",
    read: (text) => (text === "" ? null : /^[a-zA-Z0-9._-]{1,255}$/.test(text) ? text.toLowerCase() : undefined),
  },
  dnsServers: {
    name: "CANTRIP_DNS_SERVERS",
    flag: null,
    default: "",
    allowed: "a comma separated list of addresses, such as 192.0.2.53, [2001:db8::53]:5353",
    about: "The DNS servers that are asked who sent a mail, and by `cantrip doctor`. Empty: those of the system.",
    read: readDnsServers,
  },
  s3Bucket: {
    name: "CANTRIP_S3_BUCKET",
    flag: null,
    default: "",
    allowed: "a bucket's name: 3 to 63 lower-case letters, digits, dots and hyphens",
    about:
      "Keeps the bytes of attachments and raw mail in this bucket of an S3-compatible store. Empty: in the data folder.",
    read: (text) => (text === "" ? null : /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text) ? text : undefined),
  },
  s3Endpoint: {
    name: "CANTRIP_S3_ENDPOINT",
    flag: null,
    default: "",
    allowed: "an http or https URL without query, such as https://s3.example.com",
    about: "Where the store is. Empty: Amazon's, in the region below.",
    read: (text) => (text === "" ? null : readUrl(text)),
  },
  s3Region: {
    name: "CANTRIP_S3_REGION",
    flag: null,
    default: "us-east-1",
    allowed: "a region's name: lower-case letters, digits and hyphens",
    about: "The store's region. Many stores that are not Amazon's take any.",
    read: (text) => (/^[a-z0-9-]{1,40}$/.test(text) ? text : undefined),
  },
  s3AccessKey: {
    name: "CANTRIP_S3_ACCESS_KEY",
    flag: null,
    default: "",
    allowed: "an access key without spaces",
    about: "The store's access key; needs the secret key too. Empty: what the machine's own role allows (Amazon).",
    read: (text) => (text === "" ? null : /^\S{3,200}$/.test(text) ? text : undefined),
  },
  s3SecretKey: {
    name: "CANTRIP_S3_SECRET_KEY",
    flag: null,
    default: "",
    allowed: "a secret key without spaces",
    about: "The secret of the access key.",
    read: (text) => (text === "" ? null : /^\S{3,200}$/.test(text) ? text : undefined),
  },
  s3Prefix: {
    name: "CANTRIP_S3_PREFIX",
    flag: null,
    default: "",
    allowed: "letters, digits, dots, hyphens, underscores and slashes, with a slash at the end",
    about: "What every key in the bucket begins with, where the bucket holds other things too.",
    read: (text) => (/^([\w.-]+\/)*$/.test(text) ? text : undefined),
  },
  workers: {
    name: "CANTRIP_WORKERS",
    flag: "--workers",
    default: "1",
    allowed: "a number of processes from 1 to 64",
    about: "How many processes serve side by side, one for each core. More than one needs PostgreSQL.",
    read: (text) => readInteger(text, 1, 64),
  },
  drainSeconds: {
    name: "CANTRIP_DRAIN_SECONDS",
    flag: null,
    default: "1",
    allowed: "a number of seconds from 0 to 300",
    about:
      "How long a server that is told to stop goes on answering while `/readyz` says 503, for load balancers to turn away. More than their health check's interval.",
    read: (text) => readInteger(text, 0, 300),
  },
  metricsToken: {
    name: "CANTRIP_METRICS_TOKEN",
    flag: null,
    default: "",
    allowed: "a token of 16 to 200 letters, digits, dots, hyphens and underscores",
    about:
      "Opens `/metrics` to whoever sends it as a bearer token. Empty: only programs on this machine that ask directly, without a proxy, see it.",
    read: (text) => (text === "" ? null : /^[a-zA-Z0-9._-]{16,200}$/.test(text) ? text : undefined),
  },
  logLevel: {
    name: "CANTRIP_LOG_LEVEL",
    flag: null,
    default: "info",
    allowed: `one of: ${LOG_LEVELS.join(", ")}`,
    about: "How much the server writes to its standard error. `debug` has a line for every request.",
    read: (text) => LOG_LEVELS.find((level) => level === text),
  },
  failPoint: {
    name: "CANTRIP_FAIL_POINT",
    flag: null,
    default: "",
    allowed: "the name of a step, such as deliver.sending, or deliver.sending:3 for the third time",
    about: "For crash tests only: the process ends at this step at once, as if it were killed.",
    read: (text) => (text === "" ? null : /^[a-z.-]{1,60}(:[1-9]\d{0,5})?$/.test(text) ? text : undefined),
  },
};

/** What the command line says, by member; wins over the environment. Absent members were not said. */
export type Flags = { [K in keyof Config]?: string | undefined };

/**
 * Reads the environment and the command line's flags. Throws `ConfigError` that names the variable (or flag) and what is
 * allowed, at once for everything that is wrong.
 */
export function readConfig(flags: Flags = {}, environment: NodeJS.ProcessEnv = process.env): Config {
  const faults: string[] = [];
  const entries = Object.entries(VARIABLES).map(([member, variable]: [string, Variable<unknown>]) => {
    const flag = flags[member as keyof Config];
    const value = variable.read(flag ?? environment[variable.name] ?? variable.default);
    if (value === undefined) {
      faults.push(`${flag === undefined ? variable.name : variable.flag} must be ${variable.allowed}`);
    }
    return [member, value] as const;
  });
  const config = Object.fromEntries(entries) as unknown as Config;
  if (faults.length === 0 && (config.tlsCert === null) !== (config.tlsKey === null)) {
    faults.push("CANTRIP_TLS_CERT and CANTRIP_TLS_KEY (--tls-cert and --tls-key) go together: set both or neither");
  }
  if (faults.length === 0 && (config.s3AccessKey === null) !== (config.s3SecretKey === null)) {
    faults.push("CANTRIP_S3_ACCESS_KEY and CANTRIP_S3_SECRET_KEY go together: set both or neither");
  }
  if (faults.length === 0 && config.databaseUrl === null) {
    const named = [config.databaseReadUrl, config.databaseListenUrl].some((url) => url !== null);
    if (named) faults.push("DATABASE_READ_URL and DATABASE_LISTEN_URL go with DATABASE_URL: set that too, or none");
  }
  if (faults.length === 0 && config.workers > 1 && config.databaseUrl === null) {
    faults.push(
      "CANTRIP_WORKERS (--workers) above 1 needs PostgreSQL (DATABASE_URL): one process serves the embedded database",
    );
  }
  if (faults.length > 0) throw new ConfigError(faults.join("\n"));
  return config;
}

/** Whether a text can be a help desk's identifier: it is a host name's label. */
export function isSite(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}

function readDatabaseUrl(text: string): string | null | undefined {
  return text === "" ? null : /^postgres(ql)?:\/\//.test(text) ? text : undefined;
}

function readInteger(text: string, least: number, most: number): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

function readUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const usable = (url.protocol === "http:" || url.protocol === "https:") && url.search === "" && url.hash === "";
  return usable ? url.href.replace(/\/+$/, "") : undefined;
}

function readPort(text: string): number | null | undefined {
  return text === "" ? null : readInteger(text, 0, 65_535);
}

function readKey(text: string): Uint8Array | undefined {
  const bytes = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, "hex") : Buffer.from(text, "base64");
  return bytes.byteLength === 32 ? bytes : undefined;
}

function isSmtpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, hash, searchParams } = new URL(text);
  const tls = searchParams.get("tls");
  const asked = [...searchParams.keys()].every((name) => name === "tls") && (tls === null || tls === "none");
  return (
    (protocol === "smtp:" || protocol === "smtps:") && hostname !== "" && pathname.length < 2 && hash === "" && asked
  );
}

function readHosts(text: string): string[] | undefined {
  const hosts = text
    .split(",")
    .map((host) => host.trim())
    .filter((host) => host !== "");
  return hosts.every((host) => /^[a-zA-Z0-9.:_[\]-]+$/.test(host)) ? hosts : undefined;
}

function readDnsServers(text: string): string[] | undefined {
  const servers = text
    .split(",")
    .map((server) => server.trim())
    .filter((server) => server !== "");
  const isServer = (server: string): boolean => {
    const [, bracketed, plain, port = "53"] = /^(?:\[([^\]]+)\]|([^[\]]+?))(?::(\d{1,5}))?$/.exec(server) ?? [];
    const family = isIP(bracketed ?? plain ?? "");
    const whole = bracketed === undefined && isIP(server) === 6;
    return (whole || (family !== 0 && (family === 6) === (bracketed !== undefined))) && Number(port) <= 65_535;
  };
  return servers.every(isServer) ? servers : undefined;
}

function readNetworks(text: string): string[] | undefined {
  const networks = text
    .split(",")
    .map((network) => network.trim())
    .filter((network) => network !== "");
  return networks.every(isNetwork) ? networks : undefined;
}

/** An address, or one with the length of its network's prefix. */
function isNetwork(text: string): boolean {
  const [, address = "", prefix = "0"] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(prefix) <= (family === 4 ? 32 : 128);
}
