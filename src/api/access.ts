import { Invalid, NotAllowed, NotFound } from "../domain/errors.ts";
import { isAtLeast } from "../domain/roles.ts";
import type { UserRole } from "../domain/states.ts";
import { isAttachmentWithin, isTicketWithin } from "../storage/access.ts";
import type { Reader } from "../storage/database.ts";
import { type Call, pathId } from "./call.ts";
import type { Route } from "./router.ts";

/** The least role of who is signed in, by the route's own word, else by its verb. */
export function leastRole({ least, verb }: Pick<Route, "least" | "verb">): UserRole {
  return least ?? (verb === "GET" ? "read_only" : "agent");
}

/**
 * A3, for every route at once: 404 to a token where only people have something, 403 to who is known and may not. A token may
 * do everything in its account.
 */
export function refuseWithoutRight(call: Pick<Call, "user">, route: Route): void {
  const { user } = call;
  if (user === null) {
    if (route.signedIn === true) throw new NotFound();
    return;
  }
  const least = leastRole(route);
  if (!isAtLeast(user.role, least)) {
    throw new NotAllowed(`Forbidden: this needs the role ${least.replace("_", "-")}; yours is ${user.role}`);
  }
}

/**
 * For who sees some inboxes only: a ticket or an attachment of another inbox in the path is as if it were not there (404),
 * another inbox in the body likewise (422). Lists narrow themselves: see `TicketFilter.within`.
 */
export async function refuseHidden(reader: Reader, call: Call, route: Route): Promise<void> {
  const within = call.user?.inboxIds ?? null;
  if (within === null) return;
  const names = new Set(route.path.split("/"));
  if (names.has(":ticket_id")) {
    if (!(await isTicketWithin(reader, call.account.id, pathId(call, "ticket_id"), within))) throw new NotFound();
  }
  if (names.has(":attachment_id")) {
    const id = pathId(call, "attachment_id");
    if (!(await isAttachmentWithin(reader, call.account.id, id, within))) throw new NotFound();
  }
  if (names.has(":inbox_id") && !within.includes(pathId(call, "inbox_id"))) throw new NotFound();
  const inboxId = (call.request.body as { inbox_id?: unknown } | null | undefined)?.inbox_id;
  if (typeof inboxId === "string" && !within.includes(inboxId)) {
    throw new Invalid(["inbox_id must be the id of an inbox"]);
  }
}

interface Written {
  type?: string | undefined;
  direction?: string | null | undefined;
  user_id?: string | null | undefined;
}

/** Who is signed in writes notes and replies in their own name, whatever the request says; a token in whose it says. */
export function asAuthor<T extends Written>({ user }: Pick<Call, "user">, message: T): T {
  const writes = message.type === "note" || message.direction === "out";
  return user === null || !writes ? message : { ...message, user_id: user.id };
}

/** The inbox of a new ticket that names none: for who sees some only, the first of them; else the account's first (K2). */
export function defaultInbox({ user }: Pick<Call, "user">): { inbox_id?: string } {
  const [first] = user?.inboxIds ?? [];
  return first === undefined ? {} : { inbox_id: first };
}
