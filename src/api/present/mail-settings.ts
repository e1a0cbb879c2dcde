import { formatTime } from "../../domain/time.ts";
import type { MailboxRow, TransportRow } from "../../storage/schema.ts";
import { type Resource, type ResourceFields, pickFields } from "../conventions/fields.ts";

const TRANSPORT: ResourceFields = {
  documented: ["id", "inbox_id", "host", "port", "security", "auth", "user", "created_at"],
  extra: ["version"],
};

/** Never its secret, and whether the operator let it be on this network is the operator's. */
export function presentTransport(transport: TransportRow, asked: ReadonlySet<string> | null): Resource {
  const { id, inbox_id, host, port, security, auth, username, created_at, version } = transport;
  const shown = {
    id,
    inbox_id,
    host,
    port,
    security,
    auth,
    user: username,
    created_at: formatTime(created_at),
    version,
  };
  return pickFields(shown, TRANSPORT, asked);
}

const MAILBOX: ResourceFields = {
  documented: [
    "id",
    "inbox_id",
    "host",
    "port",
    "security",
    "auth",
    "user",
    "folder",
    "after",
    "authserv_id",
    "last_fetched_at",
    "last_error",
    "next_try_at",
    "created_at",
  ],
  extra: ["version"],
};

/** The same of a mailbox, with how its fetching goes. */
export function presentMailbox(mailbox: MailboxRow, asked: ReadonlySet<string> | null): Resource {
  const { id, inbox_id, host, port, security, auth, username, folder, authserv_id, last_error, version } = mailbox;
  const shown = {
    id,
    inbox_id,
    host,
    port,
    security,
    auth,
    user: username,
    folder,
    after: mailbox.after_import,
    authserv_id,
    last_fetched_at: timeOf(mailbox.last_fetched_at),
    last_error,
    next_try_at: timeOf(mailbox.next_try_at),
    created_at: timeOf(mailbox.created_at),
    version,
  };
  return pickFields(shown, MAILBOX, asked);
}

function timeOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : formatTime(milliseconds);
}
