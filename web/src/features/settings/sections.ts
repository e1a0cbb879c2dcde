import {
  AppWindow,
  Building2,
  History,
  Inbox,
  KeyRound,
  type LucideIcon,
  MailSearch,
  MessageSquareText,
  Tags,
  UserRound,
  Users,
} from "lucide-react";
import type { Role } from "../../api/types.ts";
import type { MessageKey } from "../../i18n/t.ts";

export interface Section {
  id: string;
  label: MessageKey;
  icon: LucideIcon;
  /** Who sees it. */
  least: Role;
  /** Of oneself, or of the help desk. */
  group: "own" | "desk";
}

export const SECTIONS: readonly Section[] = [
  { id: "profile", label: "settings.profile", icon: UserRound, least: "read_only", group: "own" },
  { id: "security", label: "settings.security", icon: KeyRound, least: "read_only", group: "own" },
  { id: "inboxes", label: "settings.inboxes", icon: Inbox, least: "admin", group: "desk" },
  { id: "people", label: "settings.people", icon: Users, least: "admin", group: "desk" },
  { id: "labels", label: "settings.labels", icon: Tags, least: "agent", group: "desk" },
  { id: "saved-replies", label: "settings.savedReplies", icon: MessageSquareText, least: "agent", group: "desk" },
  { id: "apps", label: "settings.apps", icon: AppWindow, least: "admin", group: "desk" },
  { id: "account", label: "settings.account", icon: Building2, least: "admin", group: "desk" },
  { id: "received", label: "settings.received", icon: MailSearch, least: "agent", group: "desk" },
  { id: "audit", label: "settings.audit", icon: History, least: "admin", group: "desk" },
];

const RANKS: Record<Role, number> = { read_only: 0, agent: 1, admin: 2, owner: 3 };

export function isAtLeast(role: Role, least: Role): boolean {
  return RANKS[role] >= RANKS[least];
}

export function sectionsFor(role: Role): readonly Section[] {
  return SECTIONS.filter(({ least }) => isAtLeast(role, least));
}

/** Screens that belong to a section of another name: the servers of an inbox. */
const WITHIN: Readonly<Record<string, string>> = { mailboxes: "inboxes", servers: "inboxes" };

export function sectionOf(name: string): Section | undefined {
  const id = WITHIN[name] ?? name;
  return SECTIONS.find((section) => section.id === id);
}
