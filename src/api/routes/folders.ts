import { ok } from "../conventions/answer.ts";
import { readFields } from "../conventions/fields.ts";
import { OF_RESOURCE } from "../parameters.ts";
import { presentFolders } from "../present/folders.ts";
import type { Router } from "../router.ts";
import { Folders } from "../schemas/folders.ts";

export function declareFolders(router: Router): void {
  const { db } = router.context;

  router.read(
    "/folders",
    {
      tag: "Tickets",
      summary: "How many tickets are in each folder; `fields` leaves out what need not be counted",
      parameters: OF_RESOURCE,
      answer: Folders,
      status: 200,
    },
    async ({ account, query, user }) => ok(await presentFolders(db, account.id, user, readFields(query))),
  );
}
