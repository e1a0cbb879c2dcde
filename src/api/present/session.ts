import { visibleInboxes } from "../../domain/roles.ts";
import { formatTime } from "../../domain/time.ts";
import { VERSION } from "../../domain/version.ts";
import { BEGINNING, findNewestEvent } from "../../storage/events.ts";
import type { Reader } from "../../storage/database.ts";
import type { AccountRow, PasskeyRow, SessionRow, UserRow } from "../../storage/schema.ts";
import { countRecoveryCodes, listPasskeys } from "../../storage/second-factors.ts";
import type { Resource } from "../conventions/fields.ts";

/** What a client has to know to begin: who is signed in, where, and how they like it. */
export async function presentSession(
  reader: Reader,
  {
    user,
    account,
    sessionId,
    attachmentLimit,
  }: { user: UserRow; account: AccountRow; sessionId: string; attachmentLimit: number },
): Promise<Resource> {
  // Before anything else is read: whatever is read later holds what came until then.
  const cursor = (await findNewestEvent(reader, account.id))?.id ?? BEGINNING;
  const { id, first_name, last_name, email, role, signature, notifications, version } = user;
  return {
    user: {
      id,
      first_name,
      last_name,
      email,
      role,
      inbox_ids: visibleInboxes(role, user.inbox_ids),
      signature,
      preferences: JSON.parse(user.preferences ?? "{}") as object,
      notifications,
      totp: user.totp_confirmed_at !== null,
      passkeys: (await listPasskeys(reader, account.id, id)).length,
      recovery_codes: await countRecoveryCodes(reader, account.id, id),
      has_password: user.password_hash !== null,
      created_at: formatTime(user.created_at),
      version,
    },
    account: { id: account.id, site: account.site, name: account.name, undo_seconds: account.undo_seconds },
    session: { id: sessionId },
    stream: { cursor },
    server: { version: VERSION, attachment_limit: attachmentLimit },
  };
}

export function presentSessionItem(session: SessionRow, current: string): Resource {
  const { id, address, user_agent } = session;
  const times = { created_at: formatTime(session.created_at), last_seen_at: formatTime(session.last_seen_at) };
  return { id, current: id === current, address, user_agent, ...times };
}

export function presentPasskey({ id, name, created_at, last_used_at }: PasskeyRow): Resource {
  return {
    id,
    name,
    created_at: formatTime(created_at),
    last_used_at: last_used_at === null ? null : formatTime(last_used_at),
  };
}
