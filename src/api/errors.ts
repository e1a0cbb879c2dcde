import { STATUS_CODES } from "node:http";
import type { ShownHeaders } from "./conventions/envelope.ts";
import { Conflict, Invalid, Malformed, NotAllowed, NotFound } from "../domain/errors.ts";
import { isStorageAway } from "../storage/storage-failures.ts";
import { NobodyWaits } from "../storage/who-waits.ts";

/** A refusal that only HTTP knows: 401, 405, 413, 414, 415, 429 and the like. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly headers: ShownHeaders;

  constructor(status: number, message: string, headers: ShownHeaders = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** What a client is told of an error: for a 4xx the body of T12, for a 5xx nothing (T4). */
export interface Refusal {
  status: number;
  headers: ShownHeaders;
  body: { message: string; errors?: { message: string }[] } | null;
}

/** When storage does not work, in seconds: so long it takes at least until a database that was restarted answers. */
const STORAGE_BACK_AFTER = 5;

/** No status of HTTP, as nobody gets it: what nginx notes of such a request, for the figures and the log. */
const CLIENT_GONE = 499;

/** The one place where errors become HTTP. Storage that cannot work now is 503; whatever is not listed is a fault of ours: 500. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof HttpError) return refuse(error.status, error.message, error.headers);
  if (error instanceof NobodyWaits) return refuse(CLIENT_GONE, "Client Closed Request");
  if (error instanceof NotFound) return refuse(404, "Not Found");
  if (error instanceof Malformed) return refuse(400, error.message);
  if (error instanceof NotAllowed) return refuse(403, error.message);
  if (error instanceof Conflict) return refuse(error.reason === "changed" ? 412 : 409, error.message);
  if (error instanceof Invalid) {
    const errors = error.faults.map((message) => ({ message }));
    return { status: 422, headers: {}, body: { message: error.message, errors } };
  }
  const status = statusOfFramework(error);
  if (status === null && isStorageAway(error)) {
    return { status: 503, headers: { "Retry-After": STORAGE_BACK_AFTER }, body: null };
  }
  return status === null
    ? { status: 500, headers: {}, body: null }
    : refuse(status, STATUS_CODES[status] ?? "Bad Request");
}

/** The status of a request that the framework itself refused; null for everything else. */
function statusOfFramework(error: unknown): number | null {
  if (!(error instanceof Error) || !("statusCode" in error) || !("code" in error)) return null;
  const { statusCode, code } = error;
  const refused = typeof statusCode === "number" && statusCode >= 400 && statusCode < 500;
  return refused && String(code).startsWith("FST_") ? statusCode : null;
}

function refuse(status: number, message: string, headers: Refusal["headers"] = {}): Refusal {
  return { status, headers, body: { message } };
}
