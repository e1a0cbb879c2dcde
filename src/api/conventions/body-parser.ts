import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Malformed } from "../../domain/errors.ts";
import { HttpError } from "../errors.ts";

/** How deep JSON may nest; the API itself needs five levels. */
export const DEPTH_LIMIT = 32;

/** Bodies up to this many bytes are read at once; larger ones share `LARGE_BODIES_MEMORY` and wait for their turn (F1). */
const SMALL_BODY = 64 * 1024;
const LARGE_BODIES_MEMORY = 128 * 1024 * 1024;

const WITH_BODY = new Set(["POST", "PUT", "PATCH"]);

/** Refuses a body by its headers, before a byte of it is read: 415 (T6), then 413 (F1). */
export function checkBodyHeaders(request: IncomingMessage, limit: number): void {
  if (!WITH_BODY.has(request.method ?? "") || !hasBody(request)) return;
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new HttpError(415, "Unsupported Media Type: a request with a body needs Content-Type: application/json");
  }
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge(limit);
}

export function hasBody(request: IncomingMessage): boolean {
  if (request.headers["transfer-encoding"] !== undefined) return true;
  return Number(request.headers["content-length"] ?? 0) > 0;
}

/** Reads JSON bodies, with a bound on what the large ones may take together. */
export class BodyParser {
  readonly #limit: number;
  #free = LARGE_BODIES_MEMORY;
  readonly #waiting: { bytes: number; go: () => void }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * The parsed body; undefined when there is none that counts. Throws 413, 400. `seen` is told the hash of the bytes
   * before they are parsed, so that a refusal of unreadable JSON can be kept too (B2).
   */
  async read(request: IncomingMessage, seen: (hash: string) => void): Promise<unknown> {
    if (!WITH_BODY.has(request.method ?? "") || !hasBody(request)) {
      request.resume();
      return undefined;
    }
    const announced = Number(request.headers["content-length"] ?? this.#limit);
    const bytes = Math.min(announced, LARGE_BODIES_MEMORY);
    if (bytes <= SMALL_BODY) return parseBody(await this.#collect(request), seen);
    await this.#reserve(bytes);
    try {
      return parseBody(await this.#collect(request), seen);
    } finally {
      this.#release(bytes);
    }
  }

  async #collect(request: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > this.#limit) throw tooLarge(this.#limit);
      chunks.push(chunk);
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

function parseBody(bytes: Buffer, seen: (hash: string) => void): unknown {
  // Announced in chunks, of which none came.
  if (bytes.byteLength === 0) return undefined;
  seen(createHash("sha256").update(bytes).digest("hex"));
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
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
    level = level.filter((item) => typeof item === "object" && item !== null);
  }
  return false;
}
