import { hostname } from "node:os";
import { startInboxServer } from "../channels/email/inbox-server.ts";
import type { Stores } from "../desk/receive-message.ts";
import { openIntake } from "../desk/take-mail.ts";
import { openMailLine } from "./mail-line.ts";

/** When nothing has come for so many milliseconds, whoever is bringing something is slow: what is there is filed. */
const CALM = 100;

type Listening = Awaited<ReturnType<typeof startInboxServer>>;

export interface MailServersOptions {
  /** Null does not listen; 0 takes a free port. */
  smtpPort: number | null;
  lmtpPort: number | null;
  smtpHost: string;
  site: string | null;
  mailLimit: number;
  tls: { cert: Buffer; key: Buffer } | null;
  onError: (error: unknown) => void;
}

export interface MailServers {
  /** Null where it does not listen. */
  smtpPort: number | null;
  lmtpPort: number | null;
  stop(): Promise<void>;
}

/** Takes mail by SMTP and LMTP. What is taken is durable before it is answered for, and made into tickets after that. */
export async function startMailServers(
  storage: Stores,
  { smtpPort, lmtpPort, smtpHost, site, mailLimit, tls, onError }: MailServersOptions,
): Promise<MailServers> {
  const listening: Listening[] = [];
  const coming = (): number => listening.reduce((sum, each) => sum + each.receiving(), 0);
  const intake = openIntake(storage, { coming });
  let takenAt = Number.NEGATIVE_INFINITY;
  const isBusy = (): boolean => intake.isBusy() || (coming() > 0 && performance.now() < takenAt + CALM);
  const line = openMailLine(storage, onError, { isBusy });
  const listen = async (protocol: "smtp" | "lmtp", port: number | null): Promise<Listening | null> =>
    port === null ? null : await listenOn(protocol, port);
  const listenOn = async (protocol: "smtp" | "lmtp", port: number): Promise<Listening> => {
    const server = await startInboxServer({
      db: storage.db,
      protocol,
      host: smtpHost,
      port,
      name: hostname(),
      tls,
      site,
      messageBytes: mailLimit,
      onError,
      async store({ account_id, id }, raw, envelope) {
        const origin = { accountId: account_id, inboxId: id, source: protocol, sourcePosition: null } as const;
        // By LMTP the connection is that of the mail server beside this one, and says nothing.
        const judgedBy = protocol === "smtp" ? { envelope } : {};
        const row = await intake.take({ ...origin, raw, ...judgedBy });
        takenAt = performance.now();
        line.add(account_id, row.id, row);
        storage.reach?.("receive.answering");
      },
    });
    listening.push(server);
    return server;
  };
  const smtp = await listen("smtp", smtpPort);
  const lmtp = await listen("lmtp", lmtpPort).catch(async (error: unknown) => {
    await smtp?.close();
    throw error;
  });
  return {
    smtpPort: smtp?.port ?? null,
    lmtpPort: lmtp?.port ?? null,
    stop: async () => {
      await Promise.all([smtp?.close(), lmtp?.close()]);
      await line.stop();
    },
  };
}
