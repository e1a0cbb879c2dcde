import type { Actor } from "../domain/events.ts";
import { isId } from "../domain/ids.ts";
import type { FastifyRequest } from "fastify";
import type { SignedInUser } from "../domain/roles.ts";
import type { AskedAccount } from "../storage/api-tokens.ts";
import type { Charged } from "./conventions/credits.ts";
import type { IdempotentRequest } from "./conventions/idempotency.ts";
import type { Query } from "./conventions/query.ts";

/** An id that no row has: what a malformed one is read as, so that both are the same 404 (T8). */
const NO_ID = "0".repeat(24);

/** One authenticated request, as the conventions have read it. */
export interface Call {
  request: FastifyRequest;
  account: AskedAccount;
  actor: Actor;
  /** Who is signed in; null for a token, which may do everything in its account (A3). */
  user: SignedInUser | null;
  /** The session of who is signed in. */
  sessionId: string | null;
  /** The client's address, for the audit log. */
  address: string;
  query: Query;
  /** Absent until the request was charged, and for a session, which is not (C5). */
  charged: Charged | null;
  /** Set when a POST carries an Idempotency-Key. */
  idempotent: IdempotentRequest | null;
}

/** Whoever is signed in. Only for routes that are `signedIn`. */
export function signedInUser({ user }: Pick<Call, "user">): SignedInUser {
  if (user === null) throw new Error("a route for who is signed in ran for a token");
  return user;
}

/** Whoever is signed in, as the one who acts. Only for routes that are `signedIn`. */
export function signedInActor(call: Pick<Call, "actor" | "user">): Actor & { userId: string } {
  return { ...call.actor, userId: signedInUser(call).id };
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

/** A request of somebody who need not be known. */
export interface OpenCall {
  request: FastifyRequest;
  query: Query;
  /** The client's address. */
  address: string;
}
