import { formatTime } from "../../domain/time.ts";
import { visibleInboxes } from "../../domain/roles.ts";
import type { Reader } from "../../storage/database.ts";
import { listUsersWithKey } from "../../storage/one-time-keys.ts";
import type { AccountRow, ApiTokenRow, AuditEntryRow, UserRow } from "../../storage/schema.ts";
import { listUsersWithSecondFactor } from "../../storage/second-factors.ts";
import { listLastSeen } from "../../storage/sessions.ts";
import { now } from "../../domain/time.ts";
import { type Resource, type ResourceFields, pickFields } from "../conventions/fields.ts";

const PERSON: ResourceFields = {
  documented: [
    "id",
    "first_name",
    "last_name",
    "email",
    "role",
    "inbox_ids",
    "disabled_at",
    "invited",
    "second_factor",
    "last_seen_at",
    "created_at",
    "version",
    "invitation_url",
    "mailed",
  ],
  extra: [],
};

/** People as who manages them sees them, three queries for all. */
export async function presentPeople(
  reader: Reader,
  accountId: string,
  users: readonly UserRow[],
  asked: ReadonlySet<string> | null,
): Promise<Resource[]> {
  const invited = await listUsersWithKey(reader, accountId, "invitation", now());
  const factors = await listUsersWithSecondFactor(reader, accountId);
  const seen = await listLastSeen(reader, accountId);
  return users.map((user) => {
    const { id, first_name, last_name, email, role, version } = user;
    const resource = {
      id,
      first_name,
      last_name,
      email,
      role,
      inbox_ids: visibleInboxes(role, user.inbox_ids),
      disabled_at: timeOrNull(user.disabled_at),
      invited: invited.has(id),
      second_factor: factors.has(id),
      last_seen_at: timeOrNull(seen.get(id) ?? null),
      created_at: formatTime(user.created_at),
      version,
    };
    return pickFields(resource, PERSON, asked);
  });
}

export async function presentPerson(
  reader: Reader,
  user: UserRow,
  asked: ReadonlySet<string> | null,
): Promise<Resource> {
  const [resource = {}] = await presentPeople(reader, user.account_id, [user], asked);
  return resource;
}

const APP: ResourceFields = {
  documented: ["id", "name", "created_at", "last_used_at", "revoked_at", "token"],
  extra: [],
};

/** An installation of the API app. The token itself is shown by whoever has just made it. */
export function presentApp(app: ApiTokenRow, asked: ReadonlySet<string> | null, token?: string): Resource {
  const resource = {
    id: app.id,
    name: app.name,
    created_at: formatTime(app.created_at),
    last_used_at: timeOrNull(app.last_used_at),
    revoked_at: timeOrNull(app.revoked_at),
    ...(token !== undefined && { token }),
  };
  return pickFields(resource, APP, asked);
}

const ACCOUNT: ResourceFields = {
  documented: ["id", "site", "name", "credits_per_minute", "requests_per_second", "undo_seconds", "created_at"],
  extra: [],
};

export function presentAccount(account: AccountRow, asked: ReadonlySet<string> | null): Resource {
  const { id, site, name, credits_per_minute, requests_per_second, undo_seconds } = account;
  const created_at = formatTime(account.created_at);
  const resource = { id, site, name, credits_per_minute, requests_per_second, undo_seconds, created_at };
  return pickFields(resource, ACCOUNT, asked);
}

const AUDIT: ResourceFields = {
  documented: ["id", "user_id", "token_id", "action", "subject", "details", "address", "created_at"],
  extra: [],
};

export function presentAuditEntry(entry: AuditEntryRow, asked: ReadonlySet<string> | null): Resource {
  const { id, user_id, token_id, action, subject, details, address } = entry;
  const told = details === null ? null : (JSON.parse(details) as object);
  const created_at = formatTime(entry.created_at);
  return pickFields({ id, user_id, token_id, action, subject, details: told, address, created_at }, AUDIT, asked);
}

function timeOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : formatTime(milliseconds);
}
