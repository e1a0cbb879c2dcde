import { Invalid, NotFound } from "../domain/errors.ts";

/** Ends a command: `message` goes to standard error, `exitCode` to whoever started it. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = FAILED) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The command was understood and could not be done. */
export const FAILED = 1;
/** The command was not understood: an unknown option, a missing argument, a value that is not allowed. */
export const MISUSED = 2;
/** Ctrl-C, as shells count it: 128 and the signal's number. */
export const INTERRUPTED = 130;

/** What mail servers read from a program they hand a message to (sysexits.h). Only 75 makes them keep it and try again. */
export const EX_USAGE = 64;
export const EX_NOUSER = 67;
export const EX_UNAVAILABLE = 69;
export const EX_TEMPFAIL = 75;
export const EX_CONFIG = 78;

/**
 * What to tell about an error, line by line. One with a code (of the system, the database, a mailbox file), or of the
 * settings, says enough by its message; any other is a bug, and needs its stack.
 */
export function errorLines(error: unknown): string[] {
  if (error instanceof Invalid) return [...error.faults];
  if (error instanceof NotFound) return ["there is no such thing in this help desk"];
  // Without a message: it has been told already.
  if (error instanceof CommandFailure) return error.message === "" ? [] : error.message.split("\n");
  // Such as a connection to a name of several addresses: it has no words of its own.
  if (error instanceof AggregateError && error.message === "") return error.errors.flatMap(errorLines);
  if (!(error instanceof Error)) return [String(error)];
  const isExpected = "code" in error || error.name === "ConfigError";
  const text = isExpected
    ? error.message || String("code" in error ? error.code : error.name)
    : (error.stack ?? error.message);
  return text.split("\n");
}
