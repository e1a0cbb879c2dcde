import { openAccessTokens } from "../../src/channels/email/access-tokens.ts";
import { openSmtpClient } from "../../src/mail/smtp-client.ts";
import { SMTP_TIMEOUTS, type SmtpServer } from "../../src/mail/smtp-connection.ts";
import type { DeliveryMeans } from "../../src/desk/deliver-message.ts";
import { now } from "../../src/domain/time.ts";
import { runDueJobs } from "../../src/queue/queue.ts";
import type { MessageRow } from "../../src/storage/schema.ts";
import { openVault } from "../../src/storage/secrets.ts";
import { deliveryTasks } from "../../src/tasks/deliveries.ts";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { openTestStorage, type TestStorage } from "../support/test-storage.ts";
import { startTestServer } from "../support/test-api.ts";

/** A server on this machine that wants neither encryption nor a password. */
export function localServer(port: number): SmtpServer {
  return { key: `test ${port}`, host: "127.0.0.1", port, security: "none", auth: { kind: "none" }, allowPrivate: true };
}

export interface PostOffice {
  storage: TestStorage;
  means: DeliveryMeans;
  desk: TestDesk;
  /** Runs what is due; returns how many jobs that were. */
  run(): Promise<number>;
  /** Writes a reply and returns its id; `more` goes into the request. */
  reply(ticketId: string, more?: object): Promise<string>;
  message(id: string): Promise<MessageRow>;
  /** The `run_at` of the jobs that wait, in milliseconds from now. */
  waiting(): Promise<number[]>;
  /** Takes all waiting deliveries away. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

/** A help desk on a storage of its own, whose deliveries run when the test says so. Replies wait for nobody. */
export async function openPostOffice(relay: SmtpServer | null, silence = 2000): Promise<PostOffice> {
  const storage = await openTestStorage();
  const server = await startTestServer({}, storage);
  const desk = await openDesk({ undo_seconds: 0 }, server);
  const { db, blobs } = storage;
  const vault = openVault({ data: storage.data, key: null });
  const means: DeliveryMeans = {
    db,
    blobs,
    vault,
    accessTokens: openAccessTokens(db, vault),
    smtp: openSmtpClient({ ...SMTP_TIMEOUTS, greeting: silence, silence, whole: 15 * silence }),
    relay,
    allowPrivateHosts: [],
    reach: () => undefined,
  };
  return {
    storage,
    means,
    desk,
    run: async () => await runDueJobs(db, deliveryTasks(means)),
    reply: async (ticketId, more = {}) => {
      const body = {
        type: "reply",
        direction: "out",
        to: "ruby@example.com",
        body: "Hello",
        user_id: desk.user.id,
        ...more,
      };
      const got = await desk.post(`/tickets/${ticketId}/messages`, body);
      if (got.status !== 201) throw new Error(got.text);
      return got.body.id as string;
    },
    message: async (id) =>
      await db.query
        .selectFrom("messages")
        .selectAll()
        .where("account_id", "=", desk.account.id)
        .where("id", "=", id)
        .executeTakeFirstOrThrow(),
    waiting: async () => {
      const jobs = await db.query
        .selectFrom("jobs")
        .select("run_at")
        .where("account_id", "=", desk.account.id)
        .where("kind", "=", "deliver-message")
        .execute();
      return jobs.map(({ run_at }) => run_at - now());
    },
    forget: async () => {
      await db.transact(async (tx) => {
        await tx.query.deleteFrom("jobs").where("account_id", "=", desk.account.id).execute();
      });
    },
    close: async () => {
      means.smtp.close();
      await server.close();
      await storage.remove();
    },
  };
}
