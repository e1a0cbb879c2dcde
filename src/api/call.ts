import type { Actor } from "../domain/events.ts";
import { isId } from "../domain/ids.ts";
import type { FastifyRequest } from "fastify";
import type { TokenHolder } from "../storage/api-tokens.ts";
import type { Charged } from "./conventions/credits.ts";
import type { IdempotentRequest } from "./conventions/idempotency.ts";
import type { Query } from "./conventions/query.ts";

/** An id that no row has: what a malformed one is read as, so that both are the same 404 (T8). */
const NO_ID = "0".repeat(24);

/** One authenticated request, as the conventions have read it. */
export interface Call {
  request: FastifyRequest;
  account: TokenHolder;
  actor: Actor;
  query: Query;
  /** Absent until the request was charged. */
  charged: Charged | null;
  /** Set when a POST carries an Idempotency-Key. */
  idempotent: IdempotentRequest | null;
}

/** A path parameter that is an id. A malformed one matches nothing, like an unknown one. */
export function pathId(call: Call, name: string): string {
  const value = (call.request.params as Record<string, string>)[name];
  return isId(value) ? value : NO_ID;
}

/** A path parameter that is a comma separated list of ids. */
export function pathIds(call: Call, name: string): string[] {
  const value = (call.request.params as Record<string, string>)[name] ?? "";
  return [...new Set(value.split(",").map((id) => (isId(id) ? id : NO_ID)))];
}
