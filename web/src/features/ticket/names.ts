import type { Message } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";

/** Who wrote a message. Never its Reply-To: anybody can write that. */
export function nameOf(message: Message): string {
  if (message.from_name !== "") return message.from_name;
  return (message.type === "reply" ? message.from : null) ?? t("message.nobody");
}

/** What a screen reader calls a message. */
export function labelOf(message: Message): string {
  const name = nameOf(message);
  if (message.type === "note") return t("message.noteBy", { name });
  return t(message.direction === "out" ? "message.replyBy" : "message.by", { name });
}

/** The id of a message's element: where reading begins, and what a link points at. */
export function elementId(messageId: string): string {
  return `message-${messageId}`;
}
