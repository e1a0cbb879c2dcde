import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../src/domain/ids.ts";
import { bulkInsert } from "../../src/storage/bulk-insert.ts";
import type { TicketRow } from "../../src/storage/schema.ts";
import { countTickets } from "../../src/storage/ticket-count.ts";
import type { TicketFilter } from "../../src/storage/ticket-filter.ts";
import { type TicketSort, listTickets } from "../../src/storage/ticket-list.ts";
import { ENGINE, ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { addCustomer, makeAccount } from "./storage-account.ts";

/** So many that what is common is walked through and what is rare is sorted, whichever label or folder it is. */
const TICKETS = 6_000;
const START = 1_700_000_000_000;
const PAGE = 7;

const SORTS: readonly (readonly TicketSort[])[] = [
  [{ column: "created_at", direction: "desc" }],
  [{ column: "created_at", direction: "asc" }],
  [{ column: "updated_at", direction: "desc" }],
  [{ column: "updated_at", direction: "asc" }],
  [{ column: "user_id", direction: "asc" }],
  [{ column: "user_id", direction: "desc" }],
  [
    { column: "user_id", direction: "asc" },
    { column: "updated_at", direction: "desc" },
  ],
];

describe.skipIf(ENGINE_MISSING !== null)("a page of tickets, however far down", () => {
  let storage: TestStorage;
  let accountId: string;
  let tickets: TicketRow[];
  let filters: [string, TicketFilter, (ticket: TicketRow) => boolean][];

  beforeAll(async () => {
    storage = await openTestStorage();
    const { account, user: owner, inbox } = await makeAccount(storage.db);
    accountId = account.id;
    const [common, rare] = [newId(), newId()];
    await storage.db.transact(async (tx) => {
      const customer = await addCustomer(tx, accountId);
      tickets = Array.from({ length: TICKETS }, (_, index): TicketRow => {
        const labels = [...(index % 2 === 0 ? [common] : []), ...(index % 40 === 1 ? [rare] : [])];
        return {
          account_id: accountId,
          id: newId(),
          number: index + 100,
          customer_id: customer.id,
          // Few times, so that many tickets have the same.
          created_at: START + ((index * 7919) % 500),
          updated_at: START + 1000 + ((index * 104_729) % 700),
          user_id: index % 3 === 0 ? null : owner.id,
          inbox_id: inbox.id,
          label_ids: JSON.stringify(labels),
          state: index % 11 === 0 ? "open" : "closed",
          snoozed_until: null,
          subject: null,
          type: index % 9 === 0 ? "chat" : "email",
          spam: index % 13 === 0 ? 1 : 0,
          trash: index % 29 === 0 ? 1 : 0,
          reply_to: null,
          reply_cc: null,
          summary: null,
          summary_type: null,
          version: 1,
        } as TicketRow;
      });
      await bulkInsert(tx, "tickets", tickets);
      const labelled = tickets.flatMap(({ id, label_ids }) =>
        (JSON.parse(label_ids) as string[]).map((label_id) => ({ account_id: accountId, label_id, ticket_id: id })),
      );
      await bulkInsert(tx, "ticket_labels", labelled);
    });
    const half = START + 250;
    const asked: [string, Omit<TicketFilter, "within">, (ticket: TicketRow) => boolean][] = [
      ["all", {}, () => true],
      ["not spam", { spam: [0] }, ({ spam }) => spam === 0],
      ["spam", { spam: [1] }, ({ spam }) => spam === 1],
      ["trash", { trash: [1] }, ({ trash }) => trash === 1],
      ["open", { states: ["open"] }, ({ state }) => state === "open"],
      ["closed", { states: ["closed"] }, ({ state }) => state === "closed"],
      ["chats", { types: ["chat"] }, ({ type }) => type === "chat"],
      ["unassigned", { userIds: [null] }, ({ user_id }) => user_id === null],
      ["assigned", { userIds: [owner.id] }, ({ user_id }) => user_id === owner.id],
      ["a common label", { labelIds: [common] }, ({ label_ids }) => label_ids.includes(common)],
      ["a rare label", { labelIds: [rare] }, ({ label_ids }) => label_ids.includes(rare)],
      ["either label", { labelIds: [rare, common] }, ({ label_ids }) => label_ids !== "[]"],
      ["no label", { labelIds: [] }, () => false],
      ["an inbox", { inboxIds: [inbox.id] }, () => true],
      ["since a creation", { sinceCreated: half }, ({ created_at }) => created_at >= half],
      ["since an update", { sinceUpdated: half + 1000 }, ({ updated_at }) => updated_at >= half + 1000],
      [
        "open, not spam, a common label",
        { states: ["open"], spam: [0], labelIds: [common] },
        ({ state, spam, label_ids }) => state === "open" && spam === 0 && label_ids.includes(common),
      ],
    ];
    filters = asked.map(([name, filter, holds]) => [name, { within: null, ...filter }, holds]);
  });
  afterAll(async () => await storage.remove());

  /** As R7 has it: the unassigned first going up, ties by id in the last key's direction. */
  const inOrder =
    (sort: readonly TicketSort[]) =>
    (a: TicketRow, b: TicketRow): number => {
      for (const { column, direction } of [...sort, { column: "id", direction: sort.at(-1)?.direction } as const]) {
        const [left, right] = [a[column] ?? "", b[column] ?? ""];
        if (left !== right) return left < right === (direction === "asc") ? -1 : 1;
      }
      return 0;
    };

  test("R7: holds what stands there in the whole list, for every filter and every sort", async () => {
    for (const [name, filter, holds] of filters) {
      const all = tickets.filter(holds);
      for (const sort of SORTS) {
        const ids = all.toSorted(inOrder(sort)).map(({ id }) => id);
        const last = Math.max(0, ids.length - PAGE + 2);
        const offsets = ENGINE === "sqlite" ? [0, 99, 100, 1_000, Math.max(0, last - 500), last] : [100, last];
        for (const offset of new Set(offsets)) {
          const page = await listTickets(storage.db, accountId, filter, sort, { limit: PAGE, offset });
          const where = `${name}, ${sort.map(({ column, direction }) => `${column} ${direction}`).join()}, ${offset}`;
          expect([where, page.map(({ id }) => id)]).toEqual([where, ids.slice(offset, offset + PAGE)]);
        }
      }
    }
  });

  test("R4: is of a list whose length is counted exactly", async () => {
    for (const [name, filter, holds] of filters) {
      const count = await countTickets(storage.db, accountId, filter);
      expect([name, count]).toEqual([name, tickets.filter(holds).length]);
    }
  });
});
