import { now } from "../domain/time.ts";
import { composeMessage } from "../mail/compose.ts";
import { newMailId } from "../mail/mail-id.ts";
import { enqueue } from "../queue/queue.ts";
import { findAccount } from "../storage/accounts.ts";
import type { Reader, Tx } from "../storage/database.ts";
import { listInboxes } from "../storage/inboxes.ts";
import type { ClaimedJob } from "../storage/jobs.ts";
import type { InboxRow, UserRow } from "../storage/schema.ts";
import { findTransport } from "../storage/transports.ts";
import { findUser, userName } from "../storage/users.ts";
import { chooseWay } from "./choose-way.ts";
import { deliverAutomatic } from "./deliver-automatic.ts";
import type { DeliveryMeans } from "./deliver-message.ts";
import { type LinkKind, linkOf, makeLinkKey } from "./one-time-links.ts";

/** The payload of a "send-system-mail" job. It holds no key: that is made when the mail goes out, and is in the mail only. */
export interface SystemMailPayload {
  kind: Exclude<LinkKind, "setup">;
  user_id: string;
  /** How the user reaches this server. */
  origin: string;
  /** After this time nobody waits for it any more. */
  until: number;
}

/**
 * Mails a link to a user, soon, when there is an inbox to send from and a mail server to send by (`hasRelay`: the operator's
 * own); returns whether there is.
 */
export async function mailLink(
  tx: Tx,
  { account_id, id }: UserRow,
  {
    kind,
    origin,
    lifetime,
    hasRelay,
  }: { kind: SystemMailPayload["kind"]; origin: string; lifetime: number; hasRelay: boolean },
): Promise<boolean> {
  if ((await findSender(tx, account_id, hasRelay)) === undefined) return false;
  const payload: SystemMailPayload = { kind, user_id: id, origin, until: now() + lifetime };
  await enqueue(tx, account_id, { kind: "send-system-mail", payload: { ...payload } });
  return true;
}

/**
 * Sends it, with a key of its own. Throws to be tried again later; a mail that comes twice has two keys, of which the use of
 * one ends both. Nothing is sent to a user who may not sign in any more.
 */
export async function sendSystemMail(means: DeliveryMeans, job: ClaimedJob, payload: SystemMailPayload): Promise<void> {
  const { db, smtp, relay } = means;
  if (now() > payload.until) return;
  const ready = await db.transact(async (tx) => {
    const user = await findUser(tx, job.account_id, payload.user_id);
    const account = await findAccount(tx, job.account_id);
    if (user === undefined || account === undefined || user.disabled_at !== null) return null;
    const inbox = await findSender(tx, job.account_id, relay !== null);
    if (inbox === undefined) return "there is no inbox with an address and a mail server to send from";
    const way = await chooseWay(tx, means, inbox);
    if (typeof way === "string") return way;
    const link = linkOf(payload.kind, payload.origin, await makeLinkKey(tx, payload.kind, user));
    return { way, user, text: TEXTS[payload.kind](account.name, userName(user), link) };
  });
  if (ready === null) return;
  if (typeof ready === "string") throw new Error(ready);
  const { way, user, text } = ready;
  const mail = composeMessage(
    {
      messageId: newMailId(job.id, way.address),
      date: new Date(now()),
      from: { name: text.from, address: way.address },
      to: [{ name: userName(user), address: user.email }],
      cc: [],
      bcc: [],
      replyTo: null,
      subject: text.subject,
      inReplyTo: null,
      references: [],
      body: text.body,
      htmlized: false,
      autoSubmitted: "auto-generated",
      attachments: [],
    },
    way.signer,
  );
  const result = await deliverAutomatic(smtp, way.server, {
    ...mail,
    beforeHandOver: async () => await Promise.resolve(),
  });
  if (result.kind === "temporary") throw new Error(result.response);
}

/** The inbox that the help desk's own mail comes from: its oldest that can send. */
async function findSender(reader: Reader, accountId: string, hasRelay: boolean): Promise<InboxRow | undefined> {
  const inboxes = (await listInboxes(reader, accountId)).toReversed().filter(({ address }) => address !== null);
  if (hasRelay || (await findTransport(reader, accountId, null)) !== undefined) return inboxes[0];
  for (const inbox of inboxes) {
    if ((await findTransport(reader, accountId, inbox.id)) !== undefined) return inbox;
  }
  return undefined;
}

interface Text {
  from: string;
  subject: string;
  body: string;
}

const TEXTS: Record<SystemMailPayload["kind"], (desk: string, name: string, link: string) => Text> = {
  invitation: (desk, name, link) => ({
    from: desk,
    subject: `You are invited to ${desk}`,
    body: `Hello ${name},\n\nyou are invited to answer customers together at ${desk}. To choose a password and begin:\n\n${link}\n\nThe link works once, for seven days.\n`,
  }),
  "password-reset": (desk, name, link) => ({
    from: desk,
    subject: `Your password at ${desk}`,
    body: `Hello ${name},\n\nto choose a new password at ${desk}:\n\n${link}\n\nThe link works once, for an hour. If you did not ask for it, there is nothing to do: your password stays as it is.\n`,
  }),
};
