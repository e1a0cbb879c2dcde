// Longer than most: one session, whose connection, folder, fetch and idle share a state that must not be split.
import { isIP } from "node:net";
import type { ImapFlow, ImapFlowError } from "imapflow";
import { MINUTE, SECOND } from "../domain/time.ts";
import { MailError } from "./mail-error.ts";
import { plainTlsWords } from "./tls-words.ts";

export interface ImapAccount {
  host: string;
  /** What the host was resolved to (see `resolveSafely`): the connection goes there, TLS checks the name. */
  address: string;
  port: number;
  /** `starttls` fails rather than sends a password in the clear. */
  security: "tls" | "starttls" | "none";
  username: string;
  credentials: { password: string } | { accessToken: string };
  folder: string;
  /** Selects the folder for changes (flags, moves); otherwise nothing can be changed, not even by mistake. */
  writable: boolean;
  /** Certificates (PEM) to trust in place of the system's (tests). */
  ca?: string;
}

export interface ImapLimits {
  /** The largest message that is fetched, in bytes; larger ones are told by their size only. */
  messageBytes: number;
  /** Until the folder is open. */
  connect: number;
  /** Silence after which a connection is dead. */
  silence: number;
  /** For one message to arrive, however it trickles in. */
  message: number;
  /** How long to wait for mail where the server tells of it (IDLE, RFC 2177: servers end it after 30 minutes) … */
  idle: number;
  /** … and where it does not. */
  poll: number;
}

export const IMAP_LIMITS: Omit<ImapLimits, "messageBytes"> = {
  connect: MINUTE,
  silence: 2 * MINUTE,
  message: 10 * MINUTE,
  idle: 25 * MINUTE,
  poll: MINUTE,
};

/** Fetched at once, and so held at once when a server answers out of order. */
const GROUP_MESSAGES = 50;
const GROUP_BYTES = 16 * 1024 * 1024;

/** What a server may add to a message in one answer; also a SEARCH that lists a million messages. */
const ANSWER_ROOM = 16 * 1024 * 1024;

/** A message could not be fetched. `alone`: nothing else was asked for, so it is this one that fails. */
export class FetchBroken extends MailError {
  readonly uid: number;
  readonly alone: boolean;

  constructor(uid: number, alone: boolean, cause: unknown) {
    super("imap_fetch", `the message with UID ${uid} could not be fetched: ${textOf(cause)}`, {
      retryable: true,
      cause,
    });
    this.uid = uid;
    this.alone = alone;
  }
}

export interface MessageHandlers {
  /** A whole message, as the server has it. They come by UID; the next one is not read before this resolves. */
  onMessage: (uid: number, raw: Buffer) => Promise<void>;
  /** A message beyond the limit, which was left where it is. */
  onTooLarge: (uid: number, size: number) => Promise<void>;
}

/** One connection with one folder open. When anything throws `MailError`, close it and open another. */
export class ImapSession {
  readonly #client: ImapFlow;
  readonly #limits: ImapLimits;
  #uidValidity = 0;
  #ended: Error | null = null;
  #mailCame = false;

  private constructor(client: ImapFlow, limits: ImapLimits) {
    this.#client = client;
    this.#limits = limits;
    client.on("error", (error: Error) => (this.#ended ??= error));
    client.on("exists", () => (this.#mailCame = true));
  }

  /** Connects, signs in and opens the folder. Throws `MailError` with a code that says which of these failed. */
  static async open(account: ImapAccount, limits: ImapLimits): Promise<ImapSession> {
    const session = new ImapSession(await createClient(account, limits), limits);
    try {
      await within(limits.connect, session.#client, async () => {
        await session.#client.connect();
        const readOnly = !account.writable;
        // Held as long as the connection: the library then keeps it alive while messages are made into tickets.
        await session.#client.getMailboxLock(account.folder, { readOnly, maxLockHoldTime: false });
        const folder = session.#client.mailbox;
        if (folder === false) throw new MailError("imap_folder", "the folder was closed", { retryable: true });
        session.#uidValidity = Number(folder.uidValidity);
      });
    } catch (error) {
      session.close();
      throw openFailure(account, error);
    }
    return session;
  }

  /** UIDs hold as long as this stays the same (RFC 9051 2.3.1.1). */
  get uidValidity(): number {
    return this.#uidValidity;
  }

  /** The UIDs above `uid`, in order. */
  async uidsAfter(uid: number): Promise<number[]> {
    this.#mailCame = false;
    // `n:*` names the last message also when its UID is below n.
    const found = await this.#search(`${uid + 1}:*`);
    return found.filter((each) => each > uid);
  }

  async #search(uids: string): Promise<number[]> {
    const found = await this.#run(async (client) => await client.search({ uid: uids }, { uid: true }));
    if (!Array.isArray(found)) throw new MailError("imap_protocol", "the server refused a search", { retryable: true });
    return [...new Set(found)].toSorted((a, b) => a - b);
  }

  /**
   * Fetches these messages in order. Those that are gone by now are passed over. Throws `FetchBroken` for the first one
   * that is there and cannot be had: all before it were handed over, and none behind it.
   */
  async fetch(uids: readonly number[], handlers: MessageHandlers): Promise<void> {
    let waiting = [...uids];
    const alone = uids.length === 1;
    while (waiting.length > 0) {
      const asked = waiting.slice(0, GROUP_MESSAGES);
      const sizes = await this.#sizes(asked).catch((error: unknown) => {
        throw this.#broken(asked[0] ?? 0, alone, error);
      });
      const group = nextGroup(asked, sizes, this.#limits.messageBytes);
      const left = await this.#fetchGroup(group, sizes, alone, handlers);
      waiting = [...left, ...waiting.slice(group.length)];
    }
  }

  /** The sizes of those that are there. */
  async #sizes(uids: readonly number[]): Promise<Map<number, number>> {
    const sizes = new Map<number, number>();
    await this.#run(async (client) => {
      for await (const { uid, size } of client.fetch(uids.join(","), { uid: true, size: true }, { uid: true })) {
        if (size !== undefined) sizes.set(uid, size);
      }
    });
    return sizes;
  }

  /** Returns those that have to be asked for again: a server that gave some of them may give the others. */
  async #fetchGroup(
    group: readonly number[],
    sizes: ReadonlyMap<number, number>,
    alone: boolean,
    { onMessage, onTooLarge }: MessageHandlers,
  ): Promise<number[]> {
    const queue = [...group];
    const arrived = new Map<number, Buffer>();
    const isTooLarge = (uid: number): boolean => (sizes.get(uid) ?? 0) > this.#limits.messageBytes;
    // What the handlers throw is theirs, not the connection's.
    const failed: { error: unknown }[] = [];
    const handOver = async (): Promise<void> => {
      for (let uid = queue[0]; uid !== undefined; uid = queue[0]) {
        const raw = arrived.get(uid);
        if (raw === undefined && !isTooLarge(uid)) return;
        try {
          await (raw === undefined ? onTooLarge(uid, sizes.get(uid) ?? 0) : onMessage(uid, raw));
        } catch (error) {
          failed.push({ error });
          throw error;
        }
        arrived.delete(uid);
        queue.shift();
      }
    };
    let trouble: unknown = new Error("the server did not send it");
    try {
      await handOver();
      const wanted = queue.filter((uid) => !isTooLarge(uid) && sizes.has(uid));
      await this.#stream(wanted, async (uid, raw) => {
        if (!queue.includes(uid)) return;
        arrived.set(uid, raw);
        await handOver();
      });
    } catch (error) {
      if (failed[0] !== undefined) throw failed[0].error;
      if (!this.#client.usable) throw this.#broken(queue[0] ?? 0, alone, error);
      trouble = error;
    }
    if (queue.length === 0) return [];
    // A connection may pass for usable for a moment after it was lost.
    const found = await this.#search(queue.join(",")).catch((error: unknown) => {
      throw this.#broken(queue[0] ?? 0, alone, error);
    });
    const there = new Set(found);
    const left = queue.filter((uid) => there.has(uid));
    if (left.length === group.length) throw this.#broken(left[0] ?? 0, alone, trouble);
    return left;
  }

  async #stream(uids: readonly number[], onMessage: (uid: number, raw: Buffer) => Promise<void>): Promise<void> {
    if (uids.length === 0) return;
    const client = this.#client;
    let timer = setTimeout(() => client.close(), this.#limits.message);
    try {
      for await (const { uid, source } of client.fetch(uids.join(","), { uid: true, source: true }, { uid: true })) {
        // The time that the handlers take is not the server's.
        clearTimeout(timer);
        // Without a source it tells of something else (a flag), or of a message that has just gone.
        if (source !== undefined) await onMessage(uid, source);
        timer = setTimeout(() => client.close(), this.#limits.message);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #broken(uid: number, alone: boolean, error: unknown): FetchBroken {
    return error instanceof FetchBroken ? error : new FetchBroken(uid, alone, this.#ended ?? error);
  }

  /** Resolves when mail may have come, when it is time to look, when the connection ends, or when `signal` says so. */
  async waitForMail(signal: AbortSignal): Promise<void> {
    const client = this.#client;
    const watches = client.capabilities.has("IDLE");
    if (this.#mailCame || signal.aborted || !client.usable) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    const timer = setTimeout(wake, watches ? this.#limits.idle : this.#limits.poll);
    client.on("exists", wake);
    client.on("close", wake);
    signal.addEventListener("abort", wake);
    // The next command ends it.
    if (watches) client.idle().catch(wake);
    await promise;
    clearTimeout(timer);
    client.off("exists", wake);
    client.off("close", wake);
    signal.removeEventListener("abort", wake);
  }

  async markSeen(uids: readonly number[]): Promise<void> {
    if (uids.length === 0) return;
    await this.#run(async (client) => await client.messageFlagsAdd(uids.join(","), ["\\Seen"], { uid: true }));
  }

  /** Moves messages to another folder, which is made when it is missing. */
  async move(uids: readonly number[], folder: string): Promise<void> {
    if (uids.length === 0) return;
    await this.#run(async (client) => {
      if ((await client.messageMove(uids.join(","), folder, { uid: true })) !== false) return;
      await client.mailboxCreate(folder);
      if ((await client.messageMove(uids.join(","), folder, { uid: true })) !== false) return;
      throw new MailError("imap_move", `the server does not move messages to the folder ${folder}`, {
        retryable: true,
      });
    });
  }

  /** Ends the connection at once: what is under way rejects. */
  close(): void {
    this.#client.close();
  }

  async #run<T>(command: (client: ImapFlow) => Promise<T>): Promise<T> {
    if (Number(this.#client.mailbox === false ? 0 : this.#client.mailbox.uidValidity) !== this.#uidValidity) {
      throw new MailError("imap_protocol", "the connection ended, or the folder was made anew", { retryable: true });
    }
    try {
      return await within(this.#limits.message, this.#client, async () => await command(this.#client));
    } catch (error) {
      if (error instanceof MailError) throw error;
      throw new MailError("imap_connection", textOf(this.#ended ?? error), { retryable: true, cause: error });
    }
  }
}

async function createClient(account: ImapAccount, limits: ImapLimits): Promise<ImapFlow> {
  // Loaded with the first mailbox: it takes 8 MB.
  const imap = await import("imapflow");
  const { host, address, port, security, username, credentials, ca } = account;
  const secret = "password" in credentials ? { pass: credentials.password } : { accessToken: credentials.accessToken };
  return new imap.ImapFlow({
    host: address,
    port,
    ...(isIP(host) === 0 && { servername: host }),
    secure: security === "tls",
    ...(security !== "tls" && { doSTARTTLS: security === "starttls" }),
    tls: { ...(ca !== undefined && { ca }) },
    auth: { user: username, ...secret },
    clientInfo: { name: "Cantrip" },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: limits.connect,
    greetingTimeout: limits.connect,
    socketTimeout: limits.silence,
    maxLineLength: ANSWER_ROOM,
    maxLiteralSize: limits.messageBytes + 1,
    maxResponseSize: limits.messageBytes + ANSWER_ROOM,
  });
}

/** The next messages to fetch at once: as many as fit, at least one. */
function nextGroup(uids: readonly number[], sizes: ReadonlyMap<number, number>, messageBytes: number): number[] {
  let bytes = 0;
  const end = uids.findIndex((uid, index) => {
    const size = sizes.get(uid) ?? 0;
    if (size <= messageBytes) bytes += size;
    return index > 0 && bytes > GROUP_BYTES;
  });
  return end === -1 ? [...uids] : uids.slice(0, end);
}

/** Ends the connection when the work takes longer: a server that sends a byte now and then is never silent. */
async function within<T>(milliseconds: number, client: ImapFlow, work: () => Promise<T>): Promise<T> {
  const late = { yes: false };
  const timer = setTimeout(() => {
    late.yes = true;
    client.close();
  }, milliseconds);
  try {
    return await work();
  } catch (error) {
    if (!late.yes) throw error;
    throw new MailError("imap_timeout", `the server took more than ${milliseconds / SECOND} s`, { retryable: true });
  } finally {
    clearTimeout(timer);
  }
}

function openFailure({ host, port, folder }: ImapAccount, error: unknown): MailError {
  const { authenticationFailed, tlsFailed, mailboxMissing } = error as ImapFlowError;
  const text = textOf(error);
  const fail = (code: string, message: string, retryable: boolean): MailError =>
    new MailError(code, message, { retryable, cause: error });
  if (error instanceof MailError) return error;
  if (authenticationFailed === true) return fail("imap_login", `${host} refuses the login: ${text}`, false);
  if (mailboxMissing === true) return fail("imap_folder", `there is no folder ${folder}`, false);
  if (tlsFailed === true) return fail("imap_tls", `no safe connection to ${host}, port ${port}: ${text}`, false);
  return fail("imap_connection", `no connection to ${host}, port ${port}: ${text}`, true);
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { responseText, code } = error as ImapFlowError;
  const text = responseText ?? error.message;
  return plainTlsWords(text === "" ? (code ?? error.name) : text).slice(0, 500);
}
