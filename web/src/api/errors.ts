/** A request that did not succeed. Every failure of the API client is one of these. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The HTTP status; 0 when no answer came (offline, server down, aborted connection). */
  readonly status: number;
  /** Every fault of a 422, in the server's words. */
  readonly errors: readonly string[];
  /** Seconds to wait before asking again; null when the server did not say. */
  readonly retryAfter: number | null;

  constructor(status: number, message: string, errors: readonly string[] = [], retryAfter: number | null = null) {
    super(message);
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }

  /** No answer came: nothing is known of what became of the request. */
  get isUnanswered(): boolean {
    return this.status === 0;
  }

  /** Somebody changed it since it was read (`If-Match`). */
  get isStale(): boolean {
    return this.status === 412;
  }
}

export function statusOf(error: unknown): number | null {
  return error instanceof ApiError ? error.status : null;
}
