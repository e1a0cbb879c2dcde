import { type ComponentType, type LazyExoticComponent, lazy } from "react";

/** What a section's screen is told: the thing that is open, if any. */
export interface SectionProps {
  /** `new`, an id, or absent for the list. */
  itemId?: string;
}

type Screen = LazyExoticComponent<ComponentType<SectionProps>>;

/** Each section comes with its own file, so that opening the profile does not load the ledger of mail. */
export const SECTION_SCREENS: Readonly<Record<string, Screen>> = {
  profile: lazy(async () => ({ default: (await import("./profile.tsx")).Profile })),
  security: lazy(async () => ({ default: (await import("./security.tsx")).Security })),
  inboxes: lazy(async () => ({ default: (await import("./inboxes.tsx")).Inboxes })),
  mailboxes: lazy(async () => ({ default: (await import("./mailbox.tsx")).MailboxPage })),
  servers: lazy(async () => ({ default: (await import("./mail-server.tsx")).MailServerPage })),
  people: lazy(async () => ({ default: (await import("./people.tsx")).People })),
  labels: lazy(async () => ({ default: (await import("./labels.tsx")).Labels })),
  "saved-replies": lazy(async () => ({ default: (await import("./saved-replies.tsx")).SavedReplies })),
  apps: lazy(async () => ({ default: (await import("./apps.tsx")).Apps })),
  account: lazy(async () => ({ default: (await import("./account.tsx")).AccountPage })),
  received: lazy(async () => ({ default: (await import("./received.tsx")).Received })),
  audit: lazy(async () => ({ default: (await import("./audit.tsx")).Audit })),
};
