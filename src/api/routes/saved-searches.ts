import { Type } from "typebox";
import { Faults } from "../../domain/faults.ts";
import { createSavedSearch, deleteSavedSearch, updateSavedSearch } from "../../desk/saved-searches.ts";
import { listSavedSearches } from "../../storage/saved-searches.ts";
import { pathId, signedInUser } from "../call.ts";
import { NO_CONTENT, created, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { readPrecondition } from "../conventions/etag.ts";
import { readFields } from "../conventions/fields.ts";
import { ENVELOPE, OF_RESOURCE, OF_WHOLE } from "../parameters.ts";
import { presentSavedSearch } from "../present/saved-search.ts";
import type { Router } from "../router.ts";
import { CreateSavedSearch, SavedSearch, UpdateSavedSearch } from "../schemas/saved-searches.ts";

const tag = "Saved searches";
const path = "/saved-searches/:saved_search_id";

export function declareSavedSearches(router: Router): void {
  const { db } = router.context;

  router.read(
    "/saved-searches",
    {
      tag,
      summary: "List your saved searches and the shared ones",
      parameters: OF_WHOLE,
      collection: true,
      answer: Type.Array(SavedSearch),
      status: 200,
    },
    async ({ account, query, user }) => {
      const searches = await listSavedSearches(db, account.id, user?.id ?? null);
      const asked = readFields(query);
      const body = searches.map((search) => presentSavedSearch(search, asked));
      return query.isTrue("count") ? { status: 200, body, total: body.length } : ok(body);
    },
  );

  router.write(
    "POST",
    "/saved-searches",
    {
      tag,
      summary: "Save a search",
      parameters: OF_RESOURCE,
      body: CreateSavedSearch,
      answer: SavedSearch,
      status: 201,
      signedIn: true,
    },
    async (tx, call) => {
      const faults = new Faults();
      const input = checkBody(CreateSavedSearch, call.request.body, faults);
      const search = await createSavedSearch(tx, call.account.id, signedInUser(call), input, faults);
      return created(presentSavedSearch(search, readFields(call.query)), "/saved-searches", search.version);
    },
  );

  router.write(
    "PATCH",
    path,
    {
      tag,
      summary: "Change a saved search",
      parameters: OF_RESOURCE,
      body: UpdateSavedSearch,
      answer: SavedSearch,
      status: 200,
      signedIn: true,
    },
    async (tx, call) => {
      const faults = new Faults();
      const input = checkBody(UpdateSavedSearch, call.request.body, faults);
      const condition = readPrecondition(call.request.headers["if-match"]);
      const id = pathId(call, "saved_search_id");
      const search = await updateSavedSearch(tx, call.account.id, signedInUser(call), id, input, faults, condition);
      return ok(presentSavedSearch(search, readFields(call.query)), search.version);
    },
  );

  router.write(
    "DELETE",
    path,
    { tag, summary: "Delete a saved search", parameters: [ENVELOPE], status: 204, signedIn: true },
    async (tx, call) => {
      await deleteSavedSearch(tx, call.account.id, signedInUser(call), pathId(call, "saved_search_id"));
      return NO_CONTENT;
    },
  );
}
