import { openJudge } from "../../src/desk/judge-sender.ts";
import { processReceivedMessage } from "../../src/desk/receive-message.ts";
import type { ReceivedResult } from "../../src/desk/received-result.ts";
import { type Received, storeReceivedMessage } from "../../src/desk/store-received.ts";
import { type ParsedMessage } from "../../src/mail/parsed-message.ts";
import { parseMessage } from "../../src/mail/parse.ts";
import { listMessagesOf } from "../../src/storage/messages.ts";
import type { MessageRow } from "../../src/storage/schema.ts";
import type { ScriptedSmtp } from "../support/scripted-smtp.ts";
import type { PostOffice } from "./post-office.ts";

/** The mail server in front, whose Authentication-Results are believed. */
const FRONT = "mx.desk.example";

/** Takes a message in, as the server in front hands it over with its verdict on who sent it. */
export async function receive(
  { storage, desk }: PostOffice,
  raw: string,
  { dmarc, ...more }: Partial<Received> & { dmarc?: string | undefined } = {},
): Promise<ReceivedResult> {
  const from = /^From:.*@([^>\s]+)/im.exec(raw)?.[1] ?? "";
  const verdict = dmarc === undefined ? "" : `Authentication-Results: ${FRONT}; dmarc=${dmarc} header.from=${from}\r\n`;
  const accountId = desk.account.id;
  const id = await storeReceivedMessage(storage, {
    accountId,
    inboxId: desk.inbox.id,
    source: "http",
    sourcePosition: null,
    raw: Buffer.from(verdict + raw),
    ...more,
  });
  const judge = openJudge({ resolver: null, authservId: FRONT });
  return await processReceivedMessage({ ...storage, judge }, accountId, id);
}

/** All messages of a ticket, oldest first. */
export async function messagesOf({ storage, desk }: PostOffice, ticketId: string | null): Promise<MessageRow[]> {
  return await listMessagesOf(storage.db, desk.account.id, [ticketId ?? ""]);
}

/** What a mail server took, read; in the order in which it came. */
export async function mailsTo(
  smtp: ScriptedSmtp,
  address?: string,
): Promise<(ParsedMessage & { envelopeFrom: string })[]> {
  const taken = smtp.accepted.filter(({ to }) => address === undefined || to.includes(address));
  return await Promise.all(
    taken.map(async ({ from, raw }) => ({ ...(await parseMessage(Buffer.from(raw, "latin1"))), envelopeFrom: from })),
  );
}
