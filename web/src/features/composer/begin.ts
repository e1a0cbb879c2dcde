import { readAttachment } from "../../api/queries/attachments.ts";
import type { Message, TicketRow } from "../../api/types.ts";
import { type Content, isEmpty } from "./content.ts";
import type { Desk } from "./keepers.ts";
import { forwardSubject, replyAllRecipients, replyRecipients } from "./recipients.ts";

export type Way = "reply" | "replyAll" | "forward" | "note";

interface Asked {
  ticket: TicketRow;
  messages: readonly Message[];
  /** Our own addresses, which get no copy. */
  own: readonly string[];
}

const FORWARDED = /<div[^>]*data-forwarded="[^"]*"[^>]*><\/div>/g;

/** Begins to answer in one of the four ways, or turns what was begun into another: the words stay. */
export function begin(way: Way, desk: Desk, asked: Asked): void {
  const { keeper } = desk;
  const before = keeper.content;
  const kind = way === "replyAll" ? "reply" : way;
  keeper.turnTo(kind);
  if (kind === "note") return;
  const { content } = keeper;
  const isNew = isEmpty(content) || content.to.length === 0 || before.kind === "forward";
  if (way === "replyAll") keeper.prefill(replyAllRecipients(asked, asked.own));
  else if (way === "reply" && isNew) keeper.prefill({ ...replyRecipients(asked), subject: "" });
  if (way === "forward") beginForward(desk, asked);
  else leaveForward(desk, content);
}

function beginForward(desk: Desk, { ticket, messages }: Asked): void {
  const { keeper } = desk;
  if (keeper.content.body.includes("data-forwarded")) return;
  const last = forwardable(messages).at(-1);
  const begun = {
    to: [],
    cc: [],
    bcc: [],
    subject: forwardSubject(ticket.subject),
    body: `${keeper.content.body || "<p></p>"}${last === undefined ? "" : `<div data-forwarded="${last.id}"></div>`}`,
  };
  // Nobody has written anything yet: it is kept once somebody does.
  if (keeper.isEmpty) keeper.prefill(begun);
  else keeper.change(begun, { shows: true });
  if (last !== undefined) carryFiles(desk, [last]);
}

/** A note stays inside the house. */
export function forwardable(messages: readonly Message[]): Message[] {
  return messages.filter(({ type }) => type === "reply");
}

/** The files of what is forwarded go along. */
export function carryFiles({ uploads }: Desk, messages: readonly Message[]): void {
  for (const attachment of messages.flatMap(({ attachments }) => attachments)) {
    uploads.carry(attachment, async () => await readAttachment(attachment.id));
  }
}

/** Files that came along with a forward have nothing to do in an answer. */
function leaveForward({ keeper, uploads }: Desk, { body, files }: Content): void {
  if (!body.includes("data-forwarded")) return;
  const kept = files.filter(({ id }) => !uploads.carried.has(id));
  keeper.change({ body: body.replace(FORWARDED, ""), files: kept, subject: "" }, { shows: true });
}

/** Which messages a forward sends on. */
export function forwardedIn(body: string): string[] {
  const [, ids = ""] = /data-forwarded="([^"]*)"/.exec(body) ?? [];
  return ids.split(",").filter(Boolean);
}

/** Sends these on in place of those before. */
export function chooseForwarded(desk: Desk, messages: readonly Message[]): void {
  const { keeper, uploads } = desk;
  const ids = messages.map(({ id }) => id).join(",");
  const body = keeper.content.body.replace(/data-forwarded="[^"]*"/, `data-forwarded="${ids}"`);
  const from = new Set(messages.flatMap(({ attachments }) => attachments.map(({ id }) => id)));
  const stays = (id: string): boolean => {
    const original = uploads.carried.get(id);
    return original === undefined || from.has(original);
  };
  keeper.change({ body, files: keeper.content.files.filter(({ id }) => stays(id)) }, { shows: true });
  carryFiles(desk, messages);
}
