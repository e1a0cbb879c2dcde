import type { Actor, EventResource } from "../domain/events.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import type { Reader, Tx } from "./database.ts";
import { recordChange } from "./events.ts";
import type { Slice } from "./paging.ts";
import type { AuditEntryRow } from "./schema.ts";

/** Who does something to the settings, and from where. A `Call` of the API is one. */
export interface AuditedBy {
  account: { id: string };
  actor: Actor;
  /** Null for the command line. */
  address: string | null;
}

export interface NewAuditEntry {
  /** Thing and verb: `inbox.updated`. */
  action: string;
  /** The id of what it was done to. */
  subject?: string | undefined;
  /** What a reader wants to know of it. Never a secret. */
  details?: Record<string, unknown> | undefined;
}

/** Records who did what to the settings, in the transaction that does it. */
export async function recordAudit(tx: Tx, { account, actor, address }: AuditedBy, entry: NewAuditEntry): Promise<void> {
  await tx.query
    .insertInto("audit_entries")
    .values({
      account_id: account.id,
      id: newId(),
      user_id: actor.userId,
      token_id: actor.tokenId,
      action: entry.action,
      subject: entry.subject ?? null,
      details: entry.details === undefined ? null : JSON.stringify(entry.details),
      address,
      created_at: now(),
    })
    .execute();
  const resource = SHOWN[entry.action.split(".")[0] ?? ""];
  if (resource === undefined || entry.subject === undefined) return;
  await recordChange(tx, account.id, actor, { kind: "settings.changed", resource, id: entry.subject });
}

/** What open clients show and fetch again when it changes, by the first word of an action. */
const SHOWN: Partial<Record<string, Exclude<EventResource, "ticket">>> = {
  account: "account",
  app: "api_token",
  inbox: "inbox",
  label: "label",
  mailbox: "mailbox",
  // The first password is how somebody who was invited joins.
  password: "user",
  person: "user",
  transport: "transport",
};

/** What a list of entries is narrowed to; an absent member does not narrow. */
export interface AuditFilter {
  /** Each a whole action (`inbox.updated`), or a thing (`inbox`) for all that was done to such. */
  actions?: readonly string[];
  userIds?: readonly string[];
  subjects?: readonly string[];
  sinceCreated?: number;
}

/** Newest first. */
export async function listAuditEntries(
  reader: Reader,
  accountId: string,
  filter: AuditFilter,
  { limit, offset }: Slice,
): Promise<AuditEntryRow[]> {
  if (limit === 0) return [];
  return await narrowed(reader, accountId, filter)
    .selectAll()
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit)
    .offset(offset)
    .execute();
}

export async function countAuditEntries(reader: Reader, accountId: string, filter: AuditFilter): Promise<number> {
  const { total } = await narrowed(reader, accountId, filter)
    .select((entry) => entry.fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  return total;
}

function narrowed(reader: Reader, accountId: string, { actions, userIds, subjects, sinceCreated }: AuditFilter) {
  return reader.query
    .selectFrom("audit_entries")
    .where("account_id", "=", accountId)
    .$if(userIds !== undefined, (query) => query.where("user_id", "in", atLeastOne(userIds)))
    .$if(subjects !== undefined, (query) => query.where("subject", "in", atLeastOne(subjects)))
    .$if(sinceCreated !== undefined, (query) => query.where("created_at", ">=", sinceCreated ?? 0))
    .$if(actions !== undefined, (query) =>
      query.where((entry) =>
        entry.or(
          (actions ?? []).map((action) =>
            entry("action", action.includes(".") ? "=" : "like", action.includes(".") ? action : `${action}.%`),
          ),
        ),
      ),
    );
}

/** `in ()` is no SQL; the empty text is nobody's id. */
function atLeastOne(values: readonly string[] | undefined): readonly string[] {
  return values === undefined || values.length === 0 ? [""] : values;
}
