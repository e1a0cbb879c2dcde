import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PROGRAM = "/usr/sbin/postfix";
const QUEUE_PROGRAM = "/usr/sbin/postqueue";
const TLS = join(import.meta.dirname, "../fixtures/tls");

/** Why the tests against a real mail server cannot run here; null when they can. For `describe.skipIf`. */
export const POSTFIX_MISSING: string | null = whatIsMissing();
if (POSTFIX_MISSING !== null && process.env["CI"] === "true") {
  throw new Error(`CI needs a mail server: ${POSTFIX_MISSING}`);
}

function whatIsMissing(): string | null {
  if (!existsSync(PROGRAM)) return "Postfix (postfix) is not installed";
  return process.getuid?.() === 0 ? null : "Postfix is started by root only";
}

/** A Postfix of a test's own, which takes mail from this machine and gives it to where its domain is routed. */
export interface Postfix {
  /** Takes mail by SMTP, with STARTTLS for those who ask, and without a password. */
  port: number;
  /** How many messages wait in its queue. */
  queued(): number;
  /**
   * Tries what waits, whenever it was last tried, as an operator does once a server is back. A message that is looked at while its last try
   * ends is "skipped, still being delivered", and left alone for minutes.
   */
  flush(): void;
  log(): string;
  stop(): Promise<void>;
}

/**
 * `routes` says where a domain's mail goes, as a transport table does: `lmtp:inet:127.0.0.1:24`, `smtp:[127.0.0.1]:25`; `more`
 * is for `main.cf`.
 */
export async function startPostfix(
  routes: Record<string, string>,
  more: Record<string, string> = {},
): Promise<Postfix> {
  const folder = mkdtempSync(join(tmpdir(), "cantrip-postfix-"));
  chmodSync(folder, 0o755);
  const [config, queue, data, log] = ["config", "queue", "data", "log"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const path of [config, queue, data]) mkdirSync(path);
  execFileSync("chown", ["postfix", data]);
  const port = await freePort();
  const table = Object.entries(routes).map(([domain, route]) => `${domain} ${route}`);
  writeFileSync(join(config, "transport"), `${table.join("\n")}\n`);
  writeFileSync(
    join(config, "main.cf"),
    mainSettings({ config, queue, data, log, domains: Object.keys(routes) }, more),
  );
  writeFileSync(join(config, "master.cf"), services(port));
  writeFileSync(log, "");
  const server = spawn("/bin/sh", ["-c", SERVE_UNTIL_INPUT_ENDS, "sh", folder, PROGRAM, config], {
    detached: true,
    stdio: ["pipe", "ignore", "pipe"],
  });
  let said = "";
  server.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const logged = (): string => readFileSync(log, "utf8");
  await accepting(port).catch((error: unknown) => {
    const why = `${said}\n${logged()}`;
    server.stdin.end();
    throw new Error(`Postfix did not start: ${why}`, { cause: error });
  });
  return {
    port,
    queued: () => ["incoming", "active", "deferred"].reduce((sum, name) => sum + filesBelow(join(queue, name)), 0),
    flush: () => execFileSync(QUEUE_PROGRAM, ["-c", config, "-f"]),
    log: logged,
    stop: async () => {
      if (server.exitCode !== null) return;
      const ended = once(server, "exit");
      server.stdin.end();
      await ended;
    },
  };
}

function filesBelow(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile()).length;
  } catch (error) {
    // Postfix moves files from folder to folder meanwhile.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return 1;
    throw error;
  }
}

// As for PostgreSQL: the shell's input ends when the tests do, however they end.
const SERVE_UNTIL_INPUT_ENDS = `
folder=$1; program=$2; config=$3
"$program" -c "$config" start >&2
cat >/dev/null
"$program" -c "$config" abort 2>/dev/null
rm -rf "$folder"
`;

interface Places {
  config: string;
  queue: string;
  data: string;
  log: string;
  domains: readonly string[];
}

function mainSettings({ config, queue, data, log, domains }: Places, more: Record<string, string>): string {
  const values = {
    compatibility_level: "3.6",
    queue_directory: queue,
    data_directory: data,
    maillog_file: log,
    maillog_file_prefixes: log,
    myhostname: "relay.example",
    mydestination: "",
    mynetworks: "127.0.0.0/8",
    inet_interfaces: "127.0.0.1",
    inet_protocols: "ipv4",
    alias_maps: "",
    alias_database: "",
    local_recipient_maps: "",
    relay_domains: domains.join(" "),
    transport_maps: `texthash:${join(config, "transport")}`,
    smtp_dns_support_level: "disabled",
    // Only what has a route: anything else is refused while its sender is there.
    smtpd_relay_restrictions: "permit_auth_destination, reject",
    smtpd_recipient_restrictions: "",
    smtpd_tls_security_level: "may",
    smtpd_tls_cert_file: join(TLS, "localhost.crt"),
    smtpd_tls_key_file: join(TLS, "localhost.key"),
    smtp_tls_security_level: "may",
    message_size_limit: "104857600",
    // Tries again at once, where a real one waits for minutes.
    queue_run_delay: "1s",
    minimal_backoff_time: "1s",
    maximal_backoff_time: "1s",
    // A route that failed is not left alone for a while.
    transport_retry_time: "1s",
    default_destination_concurrency_failed_cohort_limit: "0",
    bounce_queue_lifetime: "1h",
    smtpd_client_connection_rate_limit: "0",
    smtpd_peername_lookup: "no",
    biff: "no",
    ...more,
  };
  return `${Object.entries(values)
    .map(([name, value]) => `${name} = ${value}`)
    .join("\n")}\n`;
}

/** None is put into a cage of its own: the test's folder has nothing that they need there. */
function services(port: number): string {
  return `127.0.0.1:${port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
}

/** A start looks through all that is installed, in some hundred processes: five seconds of a slow machine. In milliseconds. */
const LONGEST_START = 60_000;

async function accepting(port: number): Promise<void> {
  const deadline = performance.now() + LONGEST_START;
  for (;;) {
    const socket = connect({ port, host: "127.0.0.1" });
    try {
      await once(socket, "data", { signal: AbortSignal.timeout(2000) });
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(50);
    } finally {
      socket.destroy();
    }
  }
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}
