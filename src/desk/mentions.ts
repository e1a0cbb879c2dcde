import type { Faults } from "../domain/faults.ts";
import type { MessageType } from "../domain/states.ts";
import type { Tx } from "../storage/database.ts";
import { insertMentions } from "../storage/mentions.ts";
import type { MessageRow } from "../storage/schema.ts";
import { findUsers } from "../storage/users.ts";

export interface MentionInput {
  type?: MessageType;
  body?: string;
  htmlized?: boolean | null;
  mention_ids?: readonly string[] | null;
}

/** Of one note; beyond, it is a list of everybody. */
const MOST_MENTIONS = 100;

// What the editor writes for a mention: <span data-user-id="…">@Name</span>. As text it would be escaped and not match.
const MARKED = /\bdata-user-id=["']([0-9a-f]{24})["']/g;

/**
 * Who is mentioned in a note: those whom `mention_ids` names, of whom an unknown one is a fault, and those whom its HTML
 * marks, of whom an unknown one is nobody (a note may be copied from elsewhere). A reply mentions nobody.
 */
export async function readMentions(
  tx: Tx,
  accountId: string,
  input: MentionInput,
  faults: Faults,
  path: string,
): Promise<string[]> {
  const named = [...new Set(input.mention_ids ?? [])];
  if (input.type !== "note") {
    if (named.length > 0) faults.add(`${path}mention_ids must be left out: only a note mentions somebody`);
    return [];
  }
  const marked = input.htmlized === true ? Array.from((input.body ?? "").matchAll(MARKED), ([, id = ""]) => id) : [];
  const asked = [...new Set([...named, ...marked])].slice(0, Math.max(MOST_MENTIONS, named.length));
  const users = new Set((await findUsers(tx, accountId, asked)).map(({ id }) => id));
  for (const [index, id] of (input.mention_ids ?? []).entries()) {
    if (!users.has(id)) faults.add(`${path}mention_ids[${index}] must be the id of a user`);
  }
  return asked.filter((id) => users.has(id));
}

/** Writes down whom a message mentions. */
export async function writeMentions(
  tx: Tx,
  { account_id, ticket_id, id, created_at }: MessageRow,
  userIds: readonly string[],
): Promise<void> {
  await insertMentions(
    tx,
    userIds.map((user_id) => ({ account_id, user_id, ticket_id, message_id: id, created_at })),
  );
}
