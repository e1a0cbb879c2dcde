/** The request cannot be understood: a parameter or the document itself is unreadable. `message` names it and what is allowed. */
export class Malformed extends Error {
  override readonly name = "Malformed";
}

/** The request is understood and refused: each fault names a field and what is allowed. */
export class Invalid extends Error {
  override readonly name = "Invalid";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super("Validation Failed");
    this.faults = faults;
  }
}

/** There is no such thing in this account. Deliberately without detail: another account's row looks the same. */
export class NotFound extends Error {
  override readonly name = "NotFound";

  constructor() {
    super("Not Found");
  }
}

/** Someone known who may not. */
export class NotAllowed extends Error {
  override readonly name = "NotAllowed";
}

/** The thing moved on (`changed`), the same request is still running (`running`), or it is too late for it (`past`). */
export class Conflict extends Error {
  override readonly name = "Conflict";
  readonly reason: "changed" | "running" | "past";

  constructor(reason: "changed" | "running" | "past", message: string) {
    super(message);
    this.reason = reason;
  }
}
