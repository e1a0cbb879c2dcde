import { draftKeys, noteDraft } from "../../api/queries/drafts.ts";
import { newKey } from "../../api/client.ts";
import { statusOf } from "../../api/errors.ts";
import { addMessage } from "../../api/queries/messages.ts";
import type { Id, Message, NewMessage } from "../../api/types.ts";
import { writeAddresses } from "./addresses.ts";
import { type Content, attachmentIds } from "./content.ts";
import { finishBody } from "./finish-body.ts";

/** What goes out, from what was written. `messages` are those of the ticket, for a forward. */
export function messageOf(content: Content, messages: readonly Message[], sendAt: Date | null): NewMessage {
  const body = finishBody(content.body, messages);
  const attachment_ids = attachmentIds(content);
  if (content.kind === "note") return { type: "note", body, htmlized: true, attachment_ids };
  const isForward = content.kind === "forward";
  return {
    type: "reply",
    direction: "out",
    body,
    htmlized: true,
    attachment_ids,
    to: writeAddresses(content.to),
    // Said even when it is nobody: left out, the server would add those who usually get a copy.
    cc: writeAddresses(content.cc),
    bcc: writeAddresses(content.bcc),
    ...(isForward && { forward: true }),
    ...(isForward && content.subject !== "" && { subject: content.subject }),
    ...(sendAt !== null && { send_at: sendAt.toISOString().replace(/\.\d+Z$/, "Z") }),
  };
}

/**
 * The last attempt for each ticket that got no answer: the same message again has the same key, and so cannot go out twice.
 * A refusal is an answer, which the server would repeat.
 */
const attempts = new Map<Id, { words: string; key: string }>();

/** Whether the server has answered, and done nothing. */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  return status >= 400 && status < 500;
}

/** Sends it, and with it the draft goes. Throws `ApiError`; 412 when the ticket has moved on past `version`. */
export async function sendMessage(ticketId: Id, message: NewMessage, version: number | undefined): Promise<Message> {
  const words = JSON.stringify(message);
  const before = attempts.get(ticketId);
  const key = before?.words === words ? before.key : newKey();
  attempts.set(ticketId, { words, key });
  const sent = await addMessage(ticketId, { ...message, draft: true }, { version, idempotencyKey: key }).catch(
    (error: unknown) => {
      if (isRefusal(error)) attempts.delete(ticketId);
      throw error;
    },
  );
  attempts.delete(ticketId);
  await noteDraft(draftKeys.of(ticketId), null);
  return sent;
}
