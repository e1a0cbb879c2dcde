/** A failure in reading or sending mail. `retryable` tells whether the same bytes may do better later. */
export class MailError extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "MailError";
    this.code = code;
    this.retryable = options.retryable;
  }
}
