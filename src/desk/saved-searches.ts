import type { Actor } from "../domain/events.ts";
import { NotAllowed, NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import { type SignedInUser, isAtLeast } from "../domain/roles.ts";
import { now } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import { recordChange } from "../storage/events.ts";
import {
  deleteSavedSearch as deleteRow,
  insertSavedSearch,
  listSavedSearches,
  lockSavedSearch,
  updateSavedSearch as updateRow,
} from "../storage/saved-searches.ts";
import type { SavedSearchRow } from "../storage/schema.ts";
import type { Precondition } from "./precondition.ts";

export interface SavedSearchInput {
  name?: string;
  query?: string;
  shared?: boolean | null;
}

/** Of one user, and again as many that are shared: each is counted whenever somebody looks at their folders. */
const MOST_SEARCHES = 50;

export async function createSavedSearch(
  tx: Tx,
  accountId: string,
  author: SignedInUser,
  input: SavedSearchInput,
  faults: Faults,
): Promise<SavedSearchRow> {
  checkText(input, faults);
  const search: SavedSearchRow = {
    account_id: accountId,
    id: newId(),
    user_id: author.id,
    name: input.name ?? "",
    query: input.query ?? "",
    shared: input.shared === true ? 1 : 0,
    version: 1,
    created_at: now(),
  };
  await checkRoom(tx, search, faults);
  faults.throwIfAny();
  await insertSavedSearch(tx, search);
  await record(tx, author, search);
  return search;
}

/** Changes what is given; nothing moves when nothing differs. Somebody else's shared one needs an admin (`NotAllowed`). */
export async function updateSavedSearch(
  tx: Tx,
  accountId: string,
  user: SignedInUser,
  id: string,
  input: SavedSearchInput,
  faults: Faults,
  precondition: Precondition,
): Promise<SavedSearchRow> {
  const search = await lockOwn(tx, accountId, user, id);
  precondition(search.version);
  checkText(input, faults);
  const changed: SavedSearchRow = {
    ...search,
    name: input.name ?? search.name,
    query: input.query ?? search.query,
    shared: input.shared == null ? search.shared : input.shared ? 1 : 0,
  };
  if (changed.shared !== search.shared) await checkRoom(tx, changed, faults);
  faults.throwIfAny();
  if (JSON.stringify(changed) === JSON.stringify(search)) return search;
  const updated = { ...changed, version: search.version + 1 };
  await updateRow(tx, updated);
  await record(tx, user, { ...updated, shared: search.shared === 1 ? 1 : updated.shared });
  return updated;
}

export async function deleteSavedSearch(tx: Tx, accountId: string, user: SignedInUser, id: string): Promise<void> {
  const search = await lockOwn(tx, accountId, user, id);
  await deleteRow(tx, accountId, id);
  await record(tx, user, search);
}

function checkText({ name, query }: SavedSearchInput, faults: Faults): void {
  if (name?.trim() === "") faults.add("name must not be empty");
  if (query?.trim() === "") faults.add("query must not be empty");
}

async function checkRoom(tx: Tx, search: SavedSearchRow, faults: Faults): Promise<void> {
  const others = await listSavedSearches(tx, search.account_id, search.user_id);
  if (others.filter(({ id, shared }) => id !== search.id && shared === search.shared).length < MOST_SEARCHES) return;
  const which = search.shared === 1 ? "shared" : "of your own";
  faults.add(`shared cannot be so: there are ${MOST_SEARCHES} saved searches ${which} already`);
}

async function lockOwn(tx: Tx, accountId: string, user: SignedInUser, id: string): Promise<SavedSearchRow> {
  const search = await lockSavedSearch(tx, accountId, user.id, id);
  if (search === undefined) throw new NotFound();
  if (search.user_id !== user.id && !isAtLeast(user.role, "admin")) {
    throw new NotAllowed("Forbidden: this saved search is somebody else's; an admin or its author may change it");
  }
  return search;
}

async function record(tx: Tx, user: SignedInUser, search: SavedSearchRow): Promise<void> {
  const actor: Actor = { tokenId: null, userId: user.id };
  await recordChange(tx, search.account_id, actor, {
    kind: "settings.changed",
    resource: "saved_search",
    id: search.id,
    ...(search.shared === 0 && { audienceId: search.user_id }),
  });
}
