import type { IncomingMessage } from "node:http";
import { Malformed } from "../../domain/errors.ts";
import { HttpError } from "../errors.ts";

/** How deep JSON may nest; the API itself needs five levels. */
export const DEPTH_LIMIT = 32;

/** Bodies up to this many bytes are read at once; larger ones share `LARGE_BODIES_MEMORY` and wait for their turn (F1). */
const SMALL_BODY = 64 * 1024;
const LARGE_BODIES_MEMORY = 128 * 1024 * 1024;

const WITH_BODY = new Set(["POST", "PUT", "PATCH"]);

/** What a route takes that does not take JSON (T6): the type that it names, byte by byte, up to a limit of its own. */
export interface RawBody {
  type: string;
  limit: number;
}

/** Refuses a body by its headers, before a byte of it is read: 415 (T6), then 413 (F1). */
export function checkBodyHeaders(
  request: IncomingMessage,
  limit: number,
  expected: string = "application/json",
  declared = false,
): void {
  if (!bodyCounts(request, declared) || !hasBody(request)) return;
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== expected) {
    throw new HttpError(415, `Unsupported Media Type: a request with a body needs Content-Type: ${expected}`);
  }
  const coding = request.headers["content-encoding"]?.trim().toLowerCase() ?? PLAIN;
  if (coding !== PLAIN) {
    const message = "Unsupported Media Type: bodies are taken as they are, without Content-Encoding";
    throw new HttpError(415, message, { "Accept-Encoding": PLAIN });
  }
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge(limit);
}

/** The only coding of a body that is taken; RFC 9110 15.5.16 has a refusal say so. */
const PLAIN = "identity";

/** By the verb; a DELETE has a body that counts only where the route `declared` one. */
function bodyCounts({ method = "" }: IncomingMessage, declared: boolean): boolean {
  return WITH_BODY.has(method) || (declared && method === "DELETE");
}

export function hasBody(request: IncomingMessage): boolean {
  if (request.headers["transfer-encoding"] !== undefined) return true;
  return Number(request.headers["content-length"] ?? 0) > 0;
}

/** Reads JSON bodies, with a bound on what the large ones may take together, from the first byte until they are done with. */
export class BodyParser {
  readonly #limit: number;
  #free = LARGE_BODIES_MEMORY;
  readonly #waiting: { bytes: number; go: () => void }[] = [];
  readonly #held = new Map<IncomingMessage, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * The parsed body; undefined when there is none that counts. Throws 413, 400. `seen` is shown the bytes before they are
   * parsed, so that a refusal of unreadable JSON can be kept too (B2). Whoever is done with the body says so by `release`.
   */
  async read(
    request: IncomingMessage,
    seen: (bytes: Buffer) => void,
    raw?: RawBody,
    declared = false,
  ): Promise<unknown> {
    if (!bodyCounts(request, declared) || !hasBody(request)) {
      request.resume();
      return undefined;
    }
    const limit = raw?.limit ?? this.#limit;
    const parse = raw === undefined ? parseBody : seeBody;
    const announced = Number(request.headers["content-length"] ?? limit);
    const bytes = Math.min(announced, LARGE_BODIES_MEMORY);
    if (bytes <= SMALL_BODY) return parse(await this.#collect(request, limit), seen);
    await this.#reserve(bytes);
    this.#held.set(request, bytes);
    try {
      return parse(await this.#collect(request, limit), seen);
    } catch (error) {
      this.release(request);
      throw error;
    }
  }

  /** Gives back the room of a body that nobody looks at any more. Nothing happens when it has none. */
  release(request: IncomingMessage): void {
    const bytes = this.#held.get(request);
    if (bytes === undefined) return;
    this.#held.delete(request);
    this.#release(bytes);
  }

  async #collect(request: IncomingMessage, limit: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      // Left open when it is too large, so that the refusal can still be sent.
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > limit) throw tooLarge(limit);
        chunks.push(chunk);
      }
    } catch (error) {
      if (error instanceof HttpError) throw error;
      // The client went away; nobody is left to read this.
      throw new Malformed("Bad Request: the body ended before its announced length");
    }
    const [only] = chunks;
    return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size);
  }

  async #reserve(bytes: number): Promise<void> {
    if (this.#waiting.length === 0 && this.#free >= bytes) {
      this.#free -= bytes;
      return;
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push({ bytes, go: resolve });
    });
  }

  #release(bytes: number): void {
    this.#free += bytes;
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || this.#free < next.bytes) return;
      this.#waiting.shift();
      this.#free -= next.bytes;
      next.go();
    }
  }
}

function tooLarge(limit: number): HttpError {
  return new HttpError(413, `Payload Too Large: a request body has at most ${limit} bytes`);
}

const UTF_8 = new TextDecoder("utf-8", { fatal: true });

/** A body that stays as it is. */
function seeBody(bytes: Buffer, seen: (bytes: Buffer) => void): Buffer {
  seen(bytes);
  return bytes;
}

function parseBody(bytes: Buffer, seen: (bytes: Buffer) => void): unknown {
  // Announced in chunks, of which none came.
  if (bytes.byteLength === 0) return undefined;
  seen(bytes);
  let value: unknown;
  try {
    value = JSON.parse(UTF_8.decode(bytes));
  } catch {
    throw new Malformed("Bad Request: the body is not valid JSON in UTF-8");
  }
  if (isDeeperThan(value, DEPTH_LIMIT)) {
    throw new Malformed(`Bad Request: the body nests deeper than ${DEPTH_LIMIT} levels`);
  }
  return value;
}

/** Without recursion: the nesting is the sender's. */
function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
    level = level.filter((item) => typeof item === "object" && item !== null);
  }
  return false;
}
