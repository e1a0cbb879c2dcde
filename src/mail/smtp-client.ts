import type SMTPConnection from "nodemailer/lib/smtp-connection";
import { SECOND } from "../domain/time.ts";
import {
  type Handing,
  type SmtpMail,
  type SmtpServer,
  type SmtpTimeouts,
  SMTP_TIMEOUTS,
  openConnection,
  sendOver,
} from "./smtp-connection.ts";
import { type RefusedRecipient, type SmtpFailure, type SmtpResult, resultOf, wordsOf } from "./smtp-result.ts";
import { fitEnvelope, takesUtf8 } from "./smtp-utf8.ts";

/** Hands messages over. Connections stay open for a while, for the next message to the same server. */
export interface SmtpClient {
  /** One delivery. Never rejects: whatever happens is a result. */
  deliver(server: SmtpServer, mail: SmtpMail): Promise<SmtpResult>;
  /** Ends the connections that nobody uses. */
  close(): void;
  /** Ends all of them, whatever they do: those deliveries end as if the connection had been lost. */
  abort(): void;
}

/** Providers end a session that is idle for long, and one that sends too many messages. */
const IDLE_LIMIT = 10 * SECOND;
const MESSAGES_PER_CONNECTION = 100;

interface Session {
  connection: SMTPConnection;
  sent: number;
  idle?: NodeJS.Timeout;
}

export function openSmtpClient(timeouts: SmtpTimeouts = SMTP_TIMEOUTS): SmtpClient {
  const idle = new Map<string, Session[]>();
  const limits = new Set<Limit>();

  /** As `makeLimit`, and within the reach of `abort`. */
  const startLimit = (): Limit => {
    const limit = makeLimit(timeouts.whole);
    limits.add(limit);
    const end = (): void => {
      limits.delete(limit);
      limit.end();
    };
    return { ...limit, end };
  };

  const takeIdle = (key: string): Session | undefined => {
    for (;;) {
      const session = idle.get(key)?.pop();
      if (session === undefined) return undefined;
      clearTimeout(session.idle);
      if (!session.connection.destroyed) return session;
    }
  };

  const keep = (key: string, session: Session): void => {
    session.sent += 1;
    if (session.sent >= MESSAGES_PER_CONNECTION || session.connection.destroyed) return session.connection.quit();
    const sessions = idle.get(key) ?? [];
    idle.set(key, sessions);
    sessions.push(session);
    session.idle = setTimeout(() => {
      sessions.splice(sessions.indexOf(session), 1);
      if (sessions.length === 0) idle.delete(key);
      session.connection.quit();
    }, IDLE_LIMIT);
    session.idle.unref();
  };

  const attempt = async (
    server: SmtpServer,
    mail: SmtpMail,
    kept: Session | undefined,
    handing: Handing,
  ): Promise<SmtpResult> => {
    const limit = startLimit();
    let session = kept;
    try {
      session ??= { connection: await limit.race(openConnection(server, timeouts), (late) => late.close()), sent: 0 };
      const { refused, ...fitted } = fitEnvelope(mail.envelope, takesUtf8(session.connection));
      const info = await limit.race(sendOver(session.connection, { ...mail, ...fitted }, handing));
      keep(server.key, session);
      return sentResult(info, refused);
    } catch (error) {
      // Without its end a message that was begun is dropped by the server (RFC 5321 4.1.1.4).
      session?.connection.close();
      return resultOf(error, handing.handedOver);
    } finally {
      limit.end();
    }
  };

  return {
    async deliver(server, mail) {
      for (;;) {
        const kept = takeIdle(server.key);
        const handing: Handing = { begun: false, handedOver: false };
        const result = await attempt(server, mail, kept, handing);
        // A kept connection may be dead for long without our knowing: that is no answer of the server.
        if (kept === undefined || handing.begun || !isClosing(result)) return result;
      }
    },
    close() {
      for (const session of [...idle.values()].flat()) {
        clearTimeout(session.idle);
        session.connection.quit();
      }
      idle.clear();
    },
    abort() {
      for (const limit of limits) limit.exceed("Cantrip is stopping");
      this.close();
    },
  };
}

/** The connection ended, or the server says that it ends it (421), and says nothing of the message. */
function isClosing(result: SmtpResult): boolean {
  return result.kind === "temporary" && (result.code === "421" || !/^\d/.test(result.code));
}

interface Sent {
  response: string;
  rejectedErrors?: (SmtpFailure & { recipient?: string | undefined })[] | undefined;
}

function sentResult({ response, rejectedErrors = [] }: Sent, leftOut: readonly RefusedRecipient[]): SmtpResult {
  const refused = rejectedErrors.map((error) => ({
    address: error.recipient ?? "",
    response: wordsOf(error.response ?? error.message),
    temporary: (error.responseCode ?? 0) < 500,
  }));
  return { kind: "sent", response: wordsOf(response), refused: [...leftOut, ...refused] };
}

interface Limit {
  /** What comes after the limit goes to `late`. */
  race<T>(work: Promise<T>, late?: (value: T) => void): Promise<T>;
  end(): void;
  exceed(message: string): void;
}

/** One limit for several steps: a server that answers a byte a minute never falls silent. */
function makeLimit(milliseconds: number): Limit {
  const { promise: over, reject } = Promise.withResolvers<never>();
  over.catch(() => undefined);
  const message = `the mail server took longer than ${Math.round(milliseconds / SECOND)} seconds`;
  const timer = setTimeout(() => reject(new Error(message)), milliseconds);
  let isOver = false;
  over.catch(() => (isOver = true));
  return {
    async race(work, late) {
      work.then((value) => (isOver ? late?.(value) : undefined)).catch(() => undefined);
      return await Promise.race([work, over]);
    },
    end: () => clearTimeout(timer),
    exceed: (reason) => reject(new Error(reason)),
  };
}
