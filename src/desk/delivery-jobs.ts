import { DAY, HOUR, MINUTE } from "../domain/time.ts";

/** The payload of a "deliver-message" job. What is absent is of a message that was not tried yet. */
export interface DeliveryPayload {
  ticket_id: string;
  message_id: string;
  /** When the first of these attempts failed, in epoch milliseconds. */
  since?: number;
  /** How many of them failed. */
  failures?: number;
}

/** How long to wait after each failed attempt; the last one repeats. */
const DELAYS = [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR];

/** RFC 5321 4.5.4.1 wants four to five days before a message is given up. */
export const GIVE_UP_AFTER = 5 * DAY;

/** How long a message waits for a mail server to be configured before it is looked at again. It waits for ever. */
export const UNCONFIGURED_DELAY = 5 * MINUTE;

/** What a person reads of a message that the mail server may have: see docs/decisions/0008-ambiguous-delivery.md. */
export const MAYBE_DELIVERED =
  "it may have been delivered: the connection was lost after the message was handed over; " +
  "send it again if the customer did not get it";

/** When to try again after one more failure; null when it is time to give up. */
export function nextAttempt(
  { ticket_id, message_id, since, failures = 0 }: DeliveryPayload,
  at: number,
): { payload: DeliveryPayload; runAt: number } | null {
  const runAt = at + (DELAYS[Math.min(failures, DELAYS.length - 1)] ?? HOUR);
  const first = since ?? at;
  if (runAt > first + GIVE_UP_AFTER) return null;
  return { payload: { ticket_id, message_id, since: first, failures: failures + 1 }, runAt };
}
