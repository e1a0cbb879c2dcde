import type { Role } from "../../api/types.ts";
import type { MessageKey } from "../../i18n/t.ts";

/** From the one who may most. */
export const ROLES = ["owner", "admin", "agent", "read_only"] as const satisfies readonly Role[];

export const ROLE_WORDS: Record<Role, MessageKey> = {
  owner: "role.owner",
  admin: "role.admin",
  agent: "role.agent",
  read_only: "role.readOnly",
};

/** What each may do, in a sentence. */
export const ROLE_ABOUT: Record<Role, MessageKey> = {
  owner: "role.ownerAbout",
  admin: "role.adminAbout",
  agent: "role.agentAbout",
  read_only: "role.readOnlyAbout",
};
