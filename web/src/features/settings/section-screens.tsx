import type { ComponentType } from "react";
import { t } from "../../i18n/t.ts";
import { lazyPart } from "../../ui/lazy-part.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";

/** What a section's screen is told: the thing that is open, if any. */
export interface SectionProps {
  /** `new`, an id, or absent for the list. */
  itemId?: string;
}

type Screen = ComponentType<SectionProps>;

const waiting = { screen: true, fallback: () => <SkeletonRows rows={4} label={t("state.loading")} /> } as const;

/** Each section comes with its own file, so that opening the profile does not load the ledger of mail. */
export const SECTION_SCREENS: Readonly<Record<string, Screen>> = {
  profile: lazyPart(async () => (await import("./profile.tsx")).Profile, waiting),
  security: lazyPart(async () => (await import("./security.tsx")).Security, waiting),
  inboxes: lazyPart(async () => (await import("./inboxes.tsx")).Inboxes, waiting),
  mailboxes: lazyPart(async () => (await import("./mailbox.tsx")).MailboxPage, waiting),
  servers: lazyPart(async () => (await import("./mail-server.tsx")).MailServerPage, waiting),
  people: lazyPart(async () => (await import("./people.tsx")).People, waiting),
  labels: lazyPart(async () => (await import("./labels.tsx")).Labels, waiting),
  "saved-replies": lazyPart(async () => (await import("./saved-replies.tsx")).SavedReplies, waiting),
  apps: lazyPart(async () => (await import("./apps.tsx")).Apps, waiting),
  account: lazyPart(async () => (await import("./account.tsx")).AccountPage, waiting),
  received: lazyPart(async () => (await import("./received.tsx")).Received, waiting),
  audit: lazyPart(async () => (await import("./audit.tsx")).Audit, waiting),
};
