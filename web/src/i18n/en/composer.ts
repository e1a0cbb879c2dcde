import type { Messages } from "../plural.ts";

/** Writing: replies, notes, forwards, new tickets. Loaded with the composer. */
export const composer = {
  "composer.label": "Write",
  "composer.unreadable": "The file could not be read",
  "composer.forwardedHead": "---------- Forwarded message ----------",
  "composer.forwardedFrom": "From: {from}",
  "composer.forwardedDate": "Date: {date}",
  "composer.forwardedTo": "To: {to}",
  "composer.forwardedCc": "Cc: {cc}",
  "composer.forwardedSubject": "Subject: {subject}",
} as const satisfies Messages;
