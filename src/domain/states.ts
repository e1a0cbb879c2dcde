/** The enumerations of the API document. */

export const TICKET_STATES = ["open", "hold", "closed", "snoozed", "archived"] as const;
export type TicketState = (typeof TICKET_STATES)[number];

/** The states a client may set; the product sets the other two (K3). */
export const SETTABLE_STATES = ["open", "hold", "closed"] as const;

export const TICKET_TYPES = [
  "email",
  "twitter",
  "twitter_dm",
  "phone",
  "chat",
  "web",
  "sms",
  "whatsapp",
  "fb_messenger",
  "instagram_dm",
  "call",
] as const;
export type TicketType = (typeof TICKET_TYPES)[number];

/** The ticket types whose channel can send an outbound reply today. */
export const SENDING_TYPES: readonly TicketType[] = ["email"];

export const CONTACT_TYPES = ["email", "twitter", "phone"] as const;
export type ContactType = (typeof CONTACT_TYPES)[number];

export const USER_ROLES = ["owner", "admin", "agent", "read_only"] as const;
export type UserRole = (typeof USER_ROLES)[number];

/** Of which tickets a user is told by mail: none, those of their own, all. */
export const NOTIFICATIONS = ["none", "assigned", "all"] as const;
export type Notifications = (typeof NOTIFICATIONS)[number];

export type MessageType = "reply" | "note";
export type Direction = "in" | "out";

export const DRAFT_KINDS = ["reply", "note", "forward"] as const;
export type DraftKind = (typeof DRAFT_KINDS)[number];

/** What became of an outbound reply: waiting, being handed over, handed over, given up. */
export type DeliveryState = "queued" | "sending" | "sent" | "failed";

/** The palette of label colours; each works on light and dark grounds. */
export const LABEL_COLORS = [
  "gray",
  "red",
  "orange",
  "amber",
  "green",
  "teal",
  "blue",
  "indigo",
  "purple",
  "pink",
] as const;

export type LabelColor = (typeof LABEL_COLORS)[number];

/** A colour of the palette, or `#rrggbb` for labels that come from elsewhere. */
export const LABEL_COLOR = new RegExp(`^(${LABEL_COLORS.join("|")}|#[0-9a-fA-F]{6})$`);
