import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createTicket } from "../../src/desk/create-ticket.ts";
import { addMailbox } from "../../src/desk/mailboxes.ts";
import { type SetUp, setUpAccount } from "../../src/desk/set-up-account.ts";
import { SYSTEM } from "../../src/domain/events.ts";
import { Faults } from "../../src/domain/faults.ts";
import { updateAccount } from "../../src/storage/accounts.ts";
import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import { type Storage, openStorage } from "../../src/storage/open.ts";
import { openVault } from "../../src/storage/secrets.ts";
import type { Death } from "./fail-plan.ts";

/** An empty database, and the folder for its attachments. */
export interface Place {
  data: string;
  databaseUrl: string | null;
}

/** A help desk of a lane's own: a token without limits, a mailbox, and tickets to reply on. */
export interface Desk {
  place: Place;
  storage: Storage;
  setUp: SetUp;
  tickets: string[];
}

const TICKETS = 20;

export async function setUpDesk(place: Place, imapPort: number, afterImport: string): Promise<Desk> {
  const storage = await openStorage(place);
  const vault = openVault({ data: place.data, key: null });
  const { setUp, tickets } = await storage.db.transact(async (tx) => {
    const made = await setUpAccount(tx, {
      site: "crash",
      name: "Crash",
      owner: { email: "owner@desk.example", password_hash: "none" },
      inbox: { name: "Support", address: "help@desk.example" },
    });
    const { id } = made.account;
    await updateAccount(tx, id, { credits_per_minute: 0, requests_per_second: 0, undo_seconds: 0 });
    const mailbox = {
      inboxId: made.inbox.id,
      host: "127.0.0.1",
      port: imapPort,
      security: "none",
      username: "help",
      auth: "password",
      secret: vault.seal(JSON.stringify({ password: "secret" })),
      afterImport,
      allowPrivate: true,
    } as const;
    await addMailbox(tx, id, mailbox, new Faults());
    const ids: string[] = [];
    for (let each = 0; each < TICKETS; each += 1) {
      const customer = { first_name: "Ruby" };
      const input = { type: "email", subject: `Ticket ${each}`, customer } as const;
      ids.push((await createTicket(tx, id, SYSTEM, input, new Faults())).id);
    }
    return { setUp: made, tickets: ids };
  });
  return { place, storage, setUp, tickets };
}

/** A server process on a desk. */
export interface Served {
  /** Where it listens, once it does; null when it died before that. */
  ports: Promise<Ports | null>;
  died: Promise<unknown>;
  process: ChildProcess;
  /** What it wrote to its standard error: why it could not go on, if that was not its fail point. */
  complaints: string[];
}

export interface Ports {
  listening: string;
  smtp_port: number;
  lmtp_port: number;
}

const BIN = join(import.meta.dirname, "../../bin/cantrip");

/** Starts the real program, to die as it is told. Mail goes out to the server on `sinkPort`. */
export function serve({ place }: Desk, sinkPort: number, death: Death | null): Served {
  const args = ["serve", "--port", "0", "--smtp-port", "0", "--lmtp-port", "0", "--json"];
  const child = spawn(process.execPath, [BIN, ...args], {
    env: {
      PATH: process.env["PATH"],
      CANTRIP_DATA: place.data,
      CANTRIP_LOG_LEVEL: "error",
      CANTRIP_SMTP_URL: `smtp://127.0.0.1:${sinkPort}?tls=none`,
      CANTRIP_ALLOW_PRIVATE_HOSTS: "127.0.0.1",
      ...(place.databaseUrl !== null && { DATABASE_URL: place.databaseUrl }),
      ...(death?.step != null && { CANTRIP_FAIL_POINT: `${death.step}:${death.times}` }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const complaints: string[] = [];
  createInterface(child.stderr).on("line", (line) => {
    if (complaints.length < 50) complaints.push(line);
  });
  const died = once(child, "exit");
  const ports = Promise.race([once(createInterface(child.stdout), "line"), died.then(() => [null])]).then(
    ([line]: unknown[]) => (typeof line === "string" ? (JSON.parse(line) as Ports) : null),
  );
  return { ports, died, process: child, complaints };
}

/** As if the time of the dead process's leases had passed, and that until its mail is tried again: a run then takes a second. */
export async function endLeases({ storage }: Desk): Promise<void> {
  await storage.db.transact(async (tx) => {
    const all = acrossAccounts(tx);
    await all.updateTable("mailboxes").set({ leased_by: null, leased_until: null, next_try_at: 0 }).execute();
    await all.updateTable("jobs").set({ locked_until: null }).where("failed_at", "is", null).execute();
    // Without the waits ten deaths in a row may meet one message, which is then put aside as if it were at fault.
    const again = { next_try_at: null, attempts: 0 };
    await all.updateTable("received_messages").set(again).where("outcome", "=", "pending").execute();
  });
}
