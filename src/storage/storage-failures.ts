import { BlobsUnavailable } from "./blobs.ts";
import { RunAgain } from "./database.ts";

/** Classes of SQLSTATE: connection, transaction rolled back, resources, object in use, operator intervention, system, internal. */
const POSTGRES_CLASSES = ["08", "25", "40", "53", "55", "57", "58", "XX"];

/** Primary result codes: busy, locked, out of memory, read-only, I/O, corrupt, full, cannot open. */
const SQLITE_CODES = [5, 6, 7, 8, 10, 11, 13, 14];

/** What `pg` says, without a code, of a connection that is gone. */
const CONNECTION_LOST =
  /connection terminated|not queryable|trying to connect|timeout expired|query read timeout|after calling end|driver has already been destroyed/i;

/**
 * Whether an error says that the storage cannot work now, whatever it is given: a lost connection, a full disk, a lock that
 * stays. The same work may succeed later. Any other error is a fault of the data or of the code, and would come back.
 */
export function isStorageFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof RunAgain || error instanceof BlobsUnavailable || "syscall" in error) return true;
  // A name of several addresses, such as localhost, and none of them answers.
  if (error instanceof AggregateError) return error.errors.some(isStorageFailure);
  if ("errcode" in error) return SQLITE_CODES.includes(Number(error.errcode) & 0xff);
  const code = "code" in error ? String(error.code) : "";
  if (/^[0-9A-Z]{5}$/.test(code)) return POSTGRES_CLASSES.includes(code.slice(0, 2));
  return CONNECTION_LOST.test(error.message);
}

/** Of these the ones that pass by themselves: not a file that is missing, nor storage that this process has closed. */
export function isStorageAway(error: unknown): boolean {
  if (!isStorageFailure(error) || !(error instanceof Error)) return false;
  return (
    !/after calling end|driver has already been destroyed/i.test(error.message) &&
    !("code" in error && error.code === "ENOENT")
  );
}
