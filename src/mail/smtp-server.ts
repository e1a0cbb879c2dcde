// Longer than most: one conversation; SMTP and LMTP differ in single steps of it.
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import type { SMTPServerDataStream, SMTPServerSession } from "smtp-server";
import { MINUTE, SECOND } from "../domain/time.ts";
import { ConnectionLimits } from "./connection-limits.ts";

/** What the client is told: a reply code (RFC 5321 4.2), an enhanced code (RFC 3463) and a sentence. */
export class SmtpRefusal extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.name = "SmtpRefusal";
    this.responseCode = responseCode;
  }
}

export interface Envelope {
  /** Empty for the null sender of bounces. */
  from: string;
  /** Those of one place to deliver to. */
  to: string[];
}

/** Who brought a message by SMTP, as far as the connection tells; what `authenticate` judges by. */
export interface SmtpEnvelope {
  ip: string;
  helo: string | null;
  /** The address of MAIL FROM; empty for the null sender of bounces. */
  mailFrom: string;
}

export interface SmtpServerOptions<Place> {
  /** LMTP (RFC 2033) answers for each recipient; SMTP once for all. */
  lmtp: boolean;
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** What it calls itself. */
  name: string;
  /** PEM; null offers no STARTTLS. */
  tls: { cert: Buffer; key: Buffer } | null;
  /** Bytes of one message. */
  messageBytes: number;
  /** Bytes of all messages that are being taken. */
  memory?: number;
  limits?: Partial<typeof SMTP_LIMITS>;
  /** Where a recipient's mail goes; none when there is no such recipient. Places with the same key are one. */
  findPlaces: (address: string) => Promise<{ key: string; place: Place }[]>;
  /** Resolves once the message is durable. */
  accept: (place: Place, raw: Buffer, envelope: SmtpEnvelope) => Promise<void>;
  onError: (error: unknown) => void;
}

export const SMTP_LIMITS = { connections: 20, connectionsPerMinute: 120, messagesPerMinute: 300, recipients: 100 };

/** LMTP has one client: the mail server beside it, through which all mail comes. */
export const LMTP_LIMITS = {
  connections: 100,
  connectionsPerMinute: 6000,
  messagesPerMinute: 1_000_000,
  recipients: 1000,
};

const MEMORY = 256 * 1024 * 1024;
const MOST_CLIENTS = 500;

export interface RunningMailServer {
  port: number;
  /** How many messages are being brought now: from MAIL FROM to the answer. */
  receiving(): number;
  /** Takes no more connections, finishes what is being taken, and closes. */
  close(): Promise<void>;
}

interface Recipients<Place> {
  /** The places of each recipient, as it was accepted. */
  places: Map<string, { key: string; place: Place }[]>;
}

/** Serves SMTP or LMTP for what `findPlaces` knows, and relays nothing. Resolves once it listens. */
export async function startMailServer<Place>(options: SmtpServerOptions<Place>): Promise<RunningMailServer> {
  const { lmtp, tls, messageBytes, findPlaces, onError } = options;
  const limits = { ...(lmtp ? LMTP_LIMITS : SMTP_LIMITS), ...options.limits };
  const clients = new ConnectionLimits(limits);
  const sessions = new Map<string, Recipients<Place>>();
  const counted = new Set<string>();
  const memory = { free: Math.max(options.memory ?? MEMORY, messageBytes) };
  const answer = async <T>(work: Promise<T>, callback: (error: Error | null, result?: T) => void): Promise<void> => {
    let result: T;
    try {
      result = await work;
    } catch (error) {
      callback(asRefusal(error, onError));
      return;
    }
    callback(null, result);
  };

  // Loaded only where mail is taken in by SMTP: it takes 12 MB.
  const { SMTPServer } = await import("smtp-server");
  const server = new SMTPServer({
    lmtp,
    name: options.name,
    banner: "Cantrip",
    size: messageBytes,
    ...(tls === null ? {} : { cert: tls.cert, key: tls.key }),
    disabledCommands: tls === null ? ["AUTH", "STARTTLS"] : ["AUTH"],
    authOptional: true,
    disableReverseLookup: true,
    maxClients: MOST_CLIENTS,
    maxRecipients: limits.recipients,
    maxAllowedUnauthenticatedCommands: false,
    socketTimeout: 5 * MINUTE,
    closeTimeout: 10 * SECOND,
    logger: false,
    onConnect(session, callback) {
      if (!clients.open(session.remoteAddress)) {
        callback(new SmtpRefusal(421, "4.7.0 Too many connections from your address, try again later"));
        return;
      }
      counted.add(session.id);
      callback();
    },
    onClose(session) {
      if (counted.delete(session.id)) clients.close(session.remoteAddress);
      sessions.delete(session.id);
    },
    onMailFrom(_address, session, callback) {
      // A new transaction: what the last one was for does not count.
      sessions.set(session.id, { places: new Map() });
      if (clients.message(session.remoteAddress)) callback();
      else callback(new SmtpRefusal(451, "4.7.1 Too many messages from your address, try again later"));
    },
    onRcptTo({ address }, session, callback) {
      const admit = async (): Promise<void> => {
        const places = await findPlaces(address);
        if (places.length === 0) throw new SmtpRefusal(550, "5.1.1 There is no such address here");
        sessions.get(session.id)?.places.set(address, places);
      };
      void answer(admit(), (error) => callback(error));
    },
    onData(stream, session, callback) {
      const { places } = sessions.get(session.id) ?? { places: new Map() };
      void answer(takeMessage(options, memory, stream, session, places), (error, results = []) => {
        sessions.delete(session.id);
        if (error !== null || lmtp) callback(error, results);
        else callback(results.find((each) => each instanceof Error) ?? null);
      });
    },
  });
  server.on("error", (error) => {
    // A client that goes away in the middle is its own affair.
    if (!("remoteAddress" in error)) onError(error);
  });
  server.server.prependListener("connection", answerTogether);
  const net = server.listen(options.port, options.host);
  await once(net, "listening");
  return {
    port: (net.address() as AddressInfo).port,
    receiving: () => sessions.size,
    close: async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      await promise;
    },
  };
}

/**
 * Sends the answers to commands that came together together (RFC 2920): each packet of its own costs as much as all else that
 * a short message does here.
 */
function answerTogether(socket: Socket): void {
  const write = socket.write.bind(socket) as (...parts: unknown[]) => boolean;
  socket.write = (...parts: unknown[]): boolean => {
    if (socket.writableCorked === 0) {
      socket.cork();
      setImmediate(() => socket.uncork());
    }
    return write(...parts);
  };
}

/** One result for each recipient, in their order. A place is given the message once, whoever of it is addressed. */
async function takeMessage<Place>(
  options: SmtpServerOptions<Place>,
  memory: { free: number },
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  places: Recipients<Place>["places"],
): Promise<(string | Error)[]> {
  const { messageBytes, accept, onError } = options;
  const recipients = session.envelope.rcptTo.map(({ address }) => address);
  const from = session.envelope.mailFrom === false ? "" : session.envelope.mailFrom.address;
  const { chunks, release } = await readMessage(stream, messageBytes, memory);
  try {
    const to = new Map<string, string[]>();
    for (const address of recipients) {
      for (const { key } of places.get(address) ?? []) to.set(key, [...(to.get(key) ?? []), address]);
    }
    const done = new Map<string, Promise<void>>();
    const results = recipients.map(async (address): Promise<string | Error> => {
      try {
        for (const { key, place } of places.get(address) ?? []) {
          const envelope = { from, to: to.get(key) ?? [] };
          const traced = Buffer.concat([traceOf(options.name, session, envelope), ...chunks]);
          const taking = done.get(key) ?? accept(place, traced, smtpEnvelopeOf(session, from));
          done.set(key, taking);
          await taking;
        }
        return "2.0.0 Taken";
      } catch (error) {
        return asRefusal(error, onError);
      }
    });
    return await Promise.all(results);
  } finally {
    release();
  }
}

/**
 * Reads to the end in any case: a client listens only then. By events, since an iterator of the stream costs a short message a
 * tenth of all that is done for it here.
 */
async function readMessage(
  stream: SMTPServerDataStream,
  limit: number,
  memory: { free: number },
): Promise<{ chunks: readonly Buffer[]; release: () => void }> {
  let chunks: Buffer[] = [];
  let held = 0;
  const refused: SmtpRefusal[] = [];
  const release = (): void => {
    memory.free += held;
    held = 0;
    chunks = [];
  };
  const take = (chunk: Buffer): void => {
    if (refused.length > 0) return;
    if (held + chunk.byteLength > limit) {
      refused.push(new SmtpRefusal(552, `5.3.4 A message has at most ${limit} bytes`));
    } else if (chunk.byteLength > memory.free) {
      refused.push(new SmtpRefusal(452, "4.3.1 Too much mail at once, try again later"));
    }
    if (refused.length > 0) {
      release();
      return;
    }
    chunks.push(chunk);
    held += chunk.byteLength;
    memory.free -= chunk.byteLength;
  };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stream.on("data", take).once("end", resolve).once("error", reject);
  stream.once("close", () => (stream.readableEnded ? undefined : reject(new WentAway())));
  try {
    await promise;
    for (const refusal of refused) throw refusal;
    return { chunks, release };
  } catch (error) {
    release();
    throw error;
  }
}

/** A client ended its connection in the middle of a message. */
class WentAway extends Error {
  readonly code = "ECONNECTION";
}

/** What whoever takes a message in adds on top of it (RFC 5321 4.4): the route, and the envelope, which is gone after this. */
function traceOf(name: string, session: SMTPServerSession, { from, to }: Envelope): Buffer {
  const helo = clean(session.hostNameAppearsAs || "unknown");
  const lines = [
    `Return-Path: <${clean(from)}>`,
    ...to.map((address) => `Delivered-To: ${clean(address)}`),
    `Received: from ${helo} ([${session.remoteAddress}])`,
    ` by ${clean(name)} with ${session.transmissionType} id ${session.id};`,
    ` ${new Date().toUTCString().replace("GMT", "+0000")}`,
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n`);
}

/** A message as its client handed it over, without what `traceOf` has put on top of it. */
export function withoutTrace(raw: Buffer): Buffer {
  const top = raw.subarray(0, TRACE_LIMIT).toString("latin1");
  const trace =
    /^Return-Path: <[^\r\n]*>\r\n(?:Delivered-To: [^\r\n]*\r\n)*Received: [^\r\n]*\r\n(?: [^\r\n]*\r\n)*/.exec(
      top,
    )?.[0] ?? "";
  return raw.subarray(trace.length);
}

/** A thousand recipients of 320 characters (LMTP), and the rest. */
const TRACE_LIMIT = 512 * 1024;

function smtpEnvelopeOf({ remoteAddress, hostNameAppearsAs }: SMTPServerSession, mailFrom: string): SmtpEnvelope {
  // A socket for both families shows an IPv4 client as ::ffff:192.0.2.1, which no SPF record names.
  const ip = remoteAddress.replace(/^::ffff:(?=\d+\.)/i, "");
  return { ip, helo: hostNameAppearsAs === "" || !hostNameAppearsAs ? null : hostNameAppearsAs, mailFrom };
}

/** What a client said, fit for a header. */
function clean(text: string): string {
  const fit = /^[!-'*-;=?-~]*$/.test(text) ? text : text.replace(/[\p{Cc}<>()\s]/gu, "");
  return fit.slice(0, 320);
}

/** What is not ours to refuse may pass: the client keeps the message and tries again. */
function asRefusal(error: unknown, onError: (error: unknown) => void): Error {
  if (error instanceof SmtpRefusal) return error;
  // A client that went away in the middle of a message: nobody is there to be told, and nothing was taken.
  const wentAway = error instanceof Error && "code" in error && error.code === "ECONNECTION";
  if (!wentAway) onError(error);
  return new SmtpRefusal(451, "4.3.0 Not now, try again later");
}
