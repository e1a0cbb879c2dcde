import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
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
const WAIT_FOR_TURN = join(import.meta.dirname, "wait-for-turn.ts");

/** The young generation has room for all that a start leaves: a third less time than with the default. */
const NODE_OPTIONS = ["--max-semi-space-size=64"];

/** Compiled code is kept here between the processes of a run, and between runs. */
const COMPILED = join(tmpdir(), "cantrip-crash-compiled");

/** A process that has read the program and waits for its turn. */
export interface Waiting {
  /** Starts the real program, to die as it is told; null lets it live. */
  begin(death: Death | null): Served;
  /** It is not wanted. */
  dismiss(): void;
}

/** A server process on a desk, to begin later. Mail goes out to the server on `sinkPort`. */
export function prepareServer(desk: Desk, sinkPort: number): Waiting {
  const child = start(desk, sinkPort, { options: [...NODE_OPTIONS, "--import", WAIT_FOR_TURN] });
  const served = watch(child);
  return {
    begin: (death) => {
      child.stdin?.on("error", () => undefined);
      child.stdin?.write(`${death?.step == null ? "" : failPointOf(death)}\n`);
      return served;
    },
    dismiss: () => child.kill("SIGKILL"),
  };
}

/** Starts the real program, to die as it is told. Mail goes out to the server on `sinkPort`. */
export function serve(desk: Desk, sinkPort: number, death: Death | null): Served {
  return watch(start(desk, sinkPort, { death }));
}

function start(
  { place }: Desk,
  sinkPort: number,
  { options, death = null }: { options?: string[]; death?: Death | null },
): ChildProcess {
  const args = ["serve", "--port", "0", "--smtp-port", "0", "--lmtp-port", "0", "--json"];
  return spawn(process.execPath, [...(options ?? []), BIN, ...args], {
    env: {
      PATH: process.env["PATH"],
      CANTRIP_DATA: place.data,
      CANTRIP_LOG_LEVEL: "error",
      // `programReady` has been asked for by who starts this.
      CANTRIP_BUILD: "never",
      CANTRIP_SMTP_URL: `smtp://127.0.0.1:${sinkPort}?tls=none`,
      CANTRIP_ALLOW_PRIVATE_HOSTS: "127.0.0.1",
      ...(place.databaseUrl !== null && { DATABASE_URL: place.databaseUrl }),
      ...(death?.step != null && { CANTRIP_FAIL_POINT: failPointOf(death) }),
      ...(options !== undefined && { NODE_COMPILE_CACHE: COMPILED }),
    },
    stdio: [options === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
}

function failPointOf({ step, times }: Death): string {
  return `${step}:${times}`;
}

function watch(child: ChildProcess): Served {
  const complaints: string[] = [];
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("the server has no output");
  createInterface(stderr).on("line", (line) => {
    if (complaints.length < 50) complaints.push(line);
  });
  const died = once(child, "exit");
  const ports = Promise.race([once(createInterface(stdout), "line"), died.then(() => [null])]).then(
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
