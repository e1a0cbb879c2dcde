import { ok } from "../conventions/answer.ts";
import { readFields } from "../conventions/fields.ts";
import { OF_RESOURCE } from "../parameters.ts";
import { openFolders } from "../present/folders.ts";
import type { Router } from "../router.ts";
import { Folders } from "../schemas/folders.ts";

export function declareFolders(router: Router): void {
  const present = openFolders(router.context.db);

  router.read(
    "/folders",
    {
      tag: "Tickets",
      summary: "How many tickets are in each folder; `fields` leaves out what need not be counted",
      parameters: OF_RESOURCE,
      answer: Folders,
      status: 200,
    },
    async ({ account, query, user }) => ok(await present(account.id, user, readFields(query))),
  );
}
