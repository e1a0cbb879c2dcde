import { htmlToText } from "../../domain/text.ts";
import { formatTime } from "../../domain/time.ts";
import { findDraftsOn } from "../../storage/drafts.ts";
import type { Reader } from "../../storage/database.ts";
import { findMentioning } from "../../storage/mentions.ts";
import type { TicketRow } from "../../storage/schema.ts";
import { findSeen, isUnread } from "../../storage/seen-tickets.ts";
import {
  type LastMessage,
  countAttachmentsOf,
  countMessagesOf,
  findFailedOf,
  findLastMessages,
} from "../../storage/ticket-marks.ts";
import { findUser } from "../../storage/users.ts";
import type { Resource } from "../conventions/fields.ts";

/** The viewer is who is signed in; null for a token, to which what is personal is null. */
type Loader = (
  reader: Reader,
  accountId: string,
  viewerId: string | null,
  ids: readonly string[],
) => Promise<(ticket: TicketRow) => unknown>;

/** What a list may show of each ticket beyond its own columns: one query for a whole page, none when `fields` does not name it. */
const LOADERS = {
  async last_message(reader, accountId, _viewer, ids) {
    const last = await findLastMessages(reader, accountId, ids);
    return ({ id }) => {
      const message = last.get(id);
      return message === undefined ? null : presentLast(message);
    };
  },
  async message_count(reader, accountId, _viewer, ids) {
    const counts = await countMessagesOf(reader, accountId, ids);
    return ({ id }) => counts.get(id) ?? 0;
  },
  async attachment_count(reader, accountId, _viewer, ids) {
    const counts = await countAttachmentsOf(reader, accountId, ids);
    return ({ id }) => counts.get(id) ?? 0;
  },
  async failed_delivery(reader, accountId, _viewer, ids) {
    const failed = await findFailedOf(reader, accountId, ids);
    return ({ id }) => failed.has(id);
  },
  async unread(reader, accountId, viewer, ids) {
    const user = viewer === null ? undefined : await findUser(reader, accountId, viewer);
    if (user === undefined) return () => null;
    const seen = await findSeen(reader, accountId, user.id, ids);
    return ({ id, news_at }) => isUnread(news_at, seen.get(id), user.created_at);
  },
  async seen_at(reader, accountId, viewer, ids) {
    const seen = viewer === null ? new Map<string, number>() : await findSeen(reader, accountId, viewer, ids);
    return ({ id }) => {
      const at = seen.get(id);
      return at === undefined || at < 0 ? null : formatTime(at);
    };
  },
  async mentioned(reader, accountId, viewer, ids) {
    if (viewer === null) return () => null;
    const mentioning = await findMentioning(reader, accountId, viewer, ids);
    return ({ id }) => mentioning.has(id);
  },
  async draft(reader, accountId, viewer, ids) {
    const drafts = viewer === null ? [] : await findDraftsOn(reader, accountId, viewer, ids);
    const byTicket = new Map(drafts.map((draft) => [draft.ticket_id, draft]));
    return ({ id }) => {
      const draft = byTicket.get(id);
      if (draft === undefined) return null;
      return { id: draft.id, kind: draft.kind, updated_at: formatTime(draft.updated_at) };
    };
  },
} as const satisfies Record<string, Loader>;

export const TICKET_MARKS = Object.keys(LOADERS);

/** Loads the marks that `fields` names for some tickets; the result gives the members to add to each. */
export async function loadMarks(
  reader: Reader,
  accountId: string,
  viewerId: string | null,
  tickets: readonly TicketRow[],
  asked: ReadonlySet<string> | null,
): Promise<(ticket: TicketRow) => Resource> {
  const ids = tickets.map(({ id }) => id);
  const loaded: [string, (ticket: TicketRow) => unknown][] = [];
  for (const [name, load] of Object.entries<Loader>(LOADERS)) {
    if (asked?.has(name) === true) loaded.push([name, await load(reader, accountId, viewerId, ids)]);
  }
  return (ticket) => Object.fromEntries(loaded.map(([name, member]) => [name, member(ticket)]));
}

/** Characters of a preview. */
const PREVIEW_LENGTH = 200;

/** A text of mail is read from its beginning only, but not so little that a line of blanks fills it. */
const PREVIEW_SOURCE = 2000;

function presentLast(message: LastMessage): Resource {
  const { id, type, direction, from_name, created_at } = message;
  const text = previewOf(message.htmlized === 1 ? htmlToText(message.body) : message.body);
  return { id, type, direction, from_name, text, created_at: formatTime(created_at) };
}

/** The first words of a text in one line. */
function previewOf(text: string): string {
  const line = text.trimStart().slice(0, PREVIEW_SOURCE).replace(/\s+/g, " ").trim();
  return line.slice(0, PREVIEW_LENGTH).replace(/[\ud800-\udbff]$/, "");
}
