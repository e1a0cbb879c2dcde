import type { IncomingMessage } from "node:http";

const OVERRIDES = new Set(["PUT", "PATCH", "DELETE"]);

/** Requests whose override names a verb that it may not; refused once it is their turn (T13). */
const refused = new WeakSet<IncomingMessage>();

/** Applies `X-HTTP-Method-Override` of a POST before it is routed (T5). */
export function applyMethodOverride(request: IncomingMessage): void {
  const header = request.headers["x-http-method-override"];
  if (header === undefined || request.method !== "POST") return;
  const verb = String(header).trim().toUpperCase();
  if (OVERRIDES.has(verb)) request.method = verb;
  else refused.add(request);
}

export function isOverrideRefused(request: IncomingMessage): boolean {
  return refused.has(request);
}
