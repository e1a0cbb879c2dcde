import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PROGRAM = "/usr/sbin/dovecot";

/** Why the tests against a real IMAP server cannot run here; null when they can. For `describe.skipIf`. */
export const DOVECOT_MISSING: string | null = existsSync(PROGRAM) ? null : "Dovecot (dovecot-imapd) is not installed";
if (DOVECOT_MISSING !== null && process.env["CI"] === "true") {
  throw new Error(`CI needs an IMAP server: ${DOVECOT_MISSING}`);
}

export const PASSWORD = "secret-of-the-mailbox";

/** A Dovecot of a test's own: any user exists, with `PASSWORD`. */
export interface Dovecot {
  port: number;
  /** Puts messages into a user's folder, as a mail server would. */
  deliver(user: string, messages: readonly (string | Buffer)[], folder?: string): void;
  /** How many messages a folder has. */
  count(user: string, folder?: string): number;
  /** Makes the server forget the UIDs of the inbox: it gets a new UIDVALIDITY. */
  forgetUids(user: string): void;
  stop(): Promise<void>;
}

export async function startDovecot(): Promise<Dovecot> {
  const folder = mkdtempSync(join(tmpdir(), "cantrip-dovecot-"));
  chmodSync(folder, 0o755);
  const owner = mailOwner();
  const port = await freePort();
  const config = join(folder, "dovecot.conf");
  writeFileSync(config, settings(folder, port, owner));
  const mail = join(folder, "mail");
  mkdirSync(mail);
  own(mail, owner);
  const server = spawn("/bin/sh", ["-c", SERVE_UNTIL_INPUT_ENDS, "sh", folder, PROGRAM, "-F", "-c", config], {
    detached: true,
    stdio: ["pipe", "ignore", "pipe"],
  });
  let said = "";
  server.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await accepting(port).catch((error: unknown) => {
    server.stdin.end();
    throw new Error(`Dovecot did not start: ${said}`, { cause: error });
  });
  const place = (user: string, name = "INBOX"): string => join(mail, user, name === "INBOX" ? "" : `.${name}`);
  let delivered = 0;
  return {
    port,
    deliver(user, messages, name) {
      for (const part of ["", "tmp", "new", "cur"]) {
        const path = join(place(user, name), part);
        if (existsSync(path)) continue;
        mkdirSync(path, { recursive: true });
        own(path, owner);
      }
      for (const message of messages) {
        delivered += 1;
        const file = join(place(user, name), "new", `${1_700_000_000 + delivered}.M${delivered}P1.test`);
        writeFileSync(file, message);
        own(file, owner);
      }
    },
    count(user, name) {
      const path = place(user, name);
      return ["new", "cur"].reduce(
        (sum, part) => sum + (existsSync(join(path, part)) ? readdirSync(join(path, part)).length : 0),
        0,
      );
    },
    forgetUids(user) {
      for (const file of readdirSync(place(user)).filter((name) => name.startsWith("dovecot"))) {
        rmSync(join(place(user), file));
      }
    },
    stop: async () => {
      if (server.exitCode !== null) return;
      const ended = once(server, "exit");
      server.stdin.end();
      await ended;
    },
  };
}

// As for PostgreSQL: the shell's input ends when the tests do, however they end.
const SERVE_UNTIL_INPUT_ENDS = `
folder=$1; shift
"$@" & server=$!
cat >/dev/null
kill $server
wait $server
rm -rf "$folder"
`;

interface Owner {
  name: string;
  group: string;
  uid: number;
  gid: number;
  isRoot: boolean;
}

/** Who owns the mail: Dovecot gives no mail to root. */
function mailOwner(): Owner {
  const ask = (...flags: string[]): string => execFileSync("id", flags, { encoding: "utf8" }).trim();
  const isRoot = process.getuid?.() === 0;
  const name = isRoot ? "nobody" : userInfo().username;
  return { name, group: ask("-gn", name), uid: Number(ask("-u", name)), gid: Number(ask("-g", name)), isRoot };
}

function own(path: string, { uid, gid, isRoot }: Owner): void {
  if (isRoot) chownSync(path, uid, gid);
}

function settings(folder: string, port: number, owner: Owner): string {
  const users = owner.isRoot
    ? ""
    : `default_internal_user = ${owner.name}\ndefault_internal_group = ${owner.group}\ndefault_login_user = ${owner.name}`;
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:${folder}/mail/%u
mail_uid = ${owner.uid}
mail_gid = ${owner.gid}
first_valid_uid = ${owner.uid}
mail_max_userip_connections = 1000
mail_fsync = never
${users}
service imap-login {
  chroot =
  process_min_avail = 2
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
# A refused login is answered at once, also the next one.
auth_failure_delay = 0
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=${owner.uid} gid=${owner.gid} home=${folder}/mail/%u
}
namespace inbox {
  inbox = yes
  separator = /
}
`;
}

async function accepting(port: number): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const socket = connect({ port, host: "127.0.0.1" });
    try {
      await once(socket, "data", { signal: AbortSignal.timeout(2000) });
      return;
    } catch (error) {
      if (tries > 100) throw error;
      await sleep(50);
    } finally {
      socket.destroy();
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}
