import { formatTime } from "../../domain/time.ts";
import type { UserRow } from "../../storage/schema.ts";
import { type Resource, type ResourceFields, pickFields } from "../conventions/fields.ts";

const FIELDS: ResourceFields = {
  documented: ["id", "first_name", "last_name", "email"],
  extra: ["role", "created_at", "version"],
};

export function presentUser(user: UserRow, asked: ReadonlySet<string> | null): Resource {
  const { id, first_name, last_name, email, role, version } = user;
  const resource = { id, first_name, last_name, email, role, created_at: formatTime(user.created_at), version };
  return pickFields(resource, FIELDS, asked);
}
