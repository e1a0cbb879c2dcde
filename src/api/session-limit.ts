import { SECOND, now } from "../domain/time.ts";
import { HttpError } from "./errors.ts";

/** What one session may ask for: far more than a person causes, far less than a loop (C5). */
const WINDOW = 10 * SECOND;
const MOST = 400;

/** Sessions that are counted at once; the oldest makes room. */
const SESSIONS = 20_000;

/** Counts each session's requests in windows of ten seconds, in this process. */
export class SessionLimit {
  readonly #windows = new Map<string, { since: number; count: number }>();

  /** Counts one more; throws 429 once there are too many. */
  note(sessionId: string): void {
    const at = now();
    const known = this.#windows.get(sessionId);
    const window = known === undefined || at >= known.since + WINDOW ? { since: at, count: 0 } : known;
    window.count += 1;
    if (known === undefined && this.#windows.size >= SESSIONS) {
      this.#windows.delete(this.#windows.keys().next().value ?? "");
    }
    this.#windows.set(sessionId, window);
    if (window.count <= MOST) return;
    const wait = Math.max(1, Math.ceil((window.since + WINDOW - at) / SECOND));
    throw new HttpError(429, `Too Many Requests: try again in ${wait} s`, { "Retry-After": String(wait) });
  }
}
