import { isIP } from "node:net";
import { Readable } from "node:stream";
import SMTPConnection, { type SMTPConnectionSendInfo } from "nodemailer/lib/smtp-connection";
import XOAuth2 from "nodemailer/lib/xoauth2";
import { SECOND } from "../domain/time.ts";
import { resolveSafely } from "./host-guard.ts";
import { MailError } from "./mail-error.ts";

export type SmtpAuth =
  | { kind: "none" }
  | { kind: "password"; user: string; password: string }
  | { kind: "xoauth2"; user: string; accessToken: () => Promise<string> };

/** A mail server that takes what we send. */
export interface SmtpServer {
  /** Tells one server, with its settings, from another: connections are shared within it. */
  key: string;
  host: string;
  port: number;
  /** `starttls` insists: without it nothing is sent. */
  security: "tls" | "starttls" | "none";
  auth: SmtpAuth;
  /** As `resolveSafely` takes it. */
  allowPrivate: boolean | readonly string[];
  /** A certificate authority to trust besides the known ones (PEM). */
  ca?: string;
}

/**
 * Milliseconds. All of a delivery together ends by `whole`, which must be less than the lease of a job. RFC 5321 4.5.3.2
 * allows ten minutes for the answer to a message; those who need more than three do not answer at all.
 */
export interface SmtpTimeouts {
  connect: number;
  greeting: number;
  silence: number;
  whole: number;
}

export const SMTP_TIMEOUTS: SmtpTimeouts = {
  connect: 30 * SECOND,
  greeting: 60 * SECOND,
  silence: 180 * SECOND,
  whole: 240 * SECOND,
};

/** Connects, secures the connection as asked, and signs in. Rejects with the library's errors, or a MailError. */
export async function openConnection(server: SmtpServer, timeouts: SmtpTimeouts): Promise<SMTPConnection> {
  const { address } = await resolveSafely(server.host, { allowPrivate: server.allowPrivate });
  const connection = new SMTPConnection({
    // The address that was judged, whatever the name resolves to now; TLS still checks the name.
    host: address,
    port: server.port,
    ...(isIP(server.host) === 0 && { servername: server.host }),
    secure: server.security === "tls",
    requireTLS: server.security === "starttls",
    ignoreTLS: server.security === "none",
    connectionTimeout: timeouts.connect,
    greetingTimeout: timeouts.greeting,
    socketTimeout: timeouts.silence,
    tls: { minVersion: "TLSv1.2", ...(server.ca !== undefined && { ca: [server.ca] }) },
  });
  try {
    await connected(connection);
    await signIn(connection, server.auth);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function connected(connection: SMTPConnection): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    // Stays for good: a connection that fails while nobody waits for it must not end the process.
    connection.on("error", reject);
    connection.once("end", () => reject(new Error("the server closed the connection")));
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
}

async function signIn(connection: SMTPConnection, auth: SmtpAuth): Promise<void> {
  if (auth.kind === "none") return;
  if (!connection.secure) {
    throw new MailError("tls_required", "a password is not sent over an unencrypted connection", { retryable: false });
  }
  if (!connection.allowsAuth) {
    throw new MailError("no_sign_in", "the mail server offers no way to sign in", { retryable: false });
  }
  const data =
    auth.kind === "password"
      ? { credentials: { user: auth.user, pass: auth.password } }
      : {
          method: "XOAUTH2",
          user: auth.user,
          oauth2: new XOAuth2({ user: auth.user, accessToken: await auth.accessToken() }),
        };
  await new Promise<void>((resolve, reject) => {
    connection.once("error", reject);
    connection.login(data, (error) => (error ? reject(error) : resolve()));
  });
}

/** What goes over one connection: the envelope, the bytes, and what has to be known before their end leaves. */
export interface SmtpMail {
  envelope: { from: string; to: readonly string[] };
  /** About how many bytes: see `ComposedMessage`. */
  size: number;
  /** The bytes; with `utf8` their header may hold more than ASCII, since the envelope said so (RFC 6532). */
  read(utf8?: boolean): Readable;
  /**
   * Called when the server has taken the envelope and all but the end of the message has left. The end leaves when it resolves:
   * from then on the message may be delivered. When it rejects, the server gets no end, and drops the message.
   */
  beforeHandOver(): Promise<void>;
}

export interface Handing {
  /** Whether anything of the message left; until then the same can be said over another connection. */
  begun: boolean;
  /** Whether its end left. */
  handedOver: boolean;
}

/** Sends one message. `handing` tells how far it came, also when this rejects. */
export async function sendOver(
  connection: SMTPConnection,
  mail: SmtpMail & { utf8: boolean },
  handing: Handing,
): Promise<SMTPConnectionSendInfo> {
  const body = Readable.from(withEndHeldBack(mail, handing), { objectMode: false });
  const envelope = { from: mail.envelope.from, to: [...mail.envelope.to], size: mail.size };
  const { promise, resolve, reject } = Promise.withResolvers<SMTPConnectionSendInfo>();
  // A server that hangs up between two messages, before this one was begun.
  const ended = (): void => reject(new Error("the server closed the connection"));
  connection.once("end", ended);
  connection.send(envelope, body, (error, info) => (error ? reject(error) : resolve(info)));
  return await promise.finally(() => connection.removeListener("end", ended));
}

/** Read only once the server waits for it: nodemailer pipes it after the 354. */
async function* withEndHeldBack(mail: SmtpMail & { utf8: boolean }, handing: Handing): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | undefined;
  for await (const chunk of mail.read(mail.utf8)) {
    handing.begun = true;
    if (held !== undefined) yield held;
    held = chunk as Uint8Array;
  }
  await mail.beforeHandOver();
  handing.handedOver = true;
  if (held !== undefined) yield held;
}
