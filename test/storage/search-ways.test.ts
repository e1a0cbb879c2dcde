import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTicket } from "../../src/desk/create-ticket.ts";
import { SYSTEM } from "../../src/domain/events.ts";
import { Faults } from "../../src/domain/faults.ts";
import { searchTerms } from "../../src/domain/search-words.ts";
import type { TicketFilter } from "../../src/storage/ticket-filter.ts";
import { listTickets } from "../../src/storage/ticket-list.ts";
import type { TicketRow } from "../../src/storage/schema.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { makeAccount } from "./storage-account.ts";

const TICKETS = 60;

/** Up to this row a page of the words below is come upon by asking each ticket on PostgreSQL, from 300 on by finding all that hold them. */
const NEAR_TOP = 10;
const FAR = 400;

describe.skipIf(ENGINE_MISSING !== null)("a search, by whichever way its page is come upon", () => {
  let storage: TestStorage;
  let accountId: string;
  const made: TicketRow[] = [];

  beforeAll(async () => {
    storage = await openTestStorage();
    ({ id: accountId } = (await makeAccount(storage.db)).account);
    for (let at = 0; at < TICKETS; at += 1) {
      const subject = at % 2 === 0 ? `Parcel ${at}, order` : `Parcel ${at}`;
      const input = { type: "email", subject, customer: {} } as const;
      made.push(
        await storage.db.transact(async (tx) => await createTicket(tx, accountId, SYSTEM, input, new Faults())),
      );
    }
    const thirds = made.filter((_, at) => at % 3 === 0).map(({ id }) => id);
    await storage.db.transact(async (tx) => {
      const these = tx.query.updateTable("tickets").where("account_id", "=", accountId).where("id", "in", thirds);
      await these.set({ state: "closed" }).execute();
    });
  });
  afterAll(async () => await storage.remove());

  const numbers = (rows: readonly TicketRow[]): number[] =>
    rows.map(({ id }) => made.findIndex((one) => one.id === id));
  const find = async (
    filter: Partial<TicketFilter>,
    direction: "asc" | "desc",
    limit: number,
    offset = 0,
  ): Promise<number[]> => {
    const asked = { within: null, terms: searchTerms("parcel order"), ...filter };
    return numbers(
      await listTickets(storage.db, accountId, asked, [{ column: "created_at", direction }], { limit, offset }),
    );
  };
  const held = Array.from({ length: TICKETS / 2 }, (_, index) => index * 2);

  test("its pages follow each other as all that is found, in either order", async () => {
    for (const [direction, all] of [
      ["desc", held.toReversed()],
      ["asc", held],
    ] as const) {
      expect(await find({}, direction, FAR)).toEqual(all);
      for (let offset = 0; offset < TICKETS; offset += NEAR_TOP) {
        expect(await find({}, direction, NEAR_TOP, offset)).toEqual(all.slice(offset, offset + NEAR_TOP));
      }
    }
  });

  test("it is narrowed alike by what else is asked", async () => {
    const closed = held.filter((at) => at % 3 === 0).toReversed();
    for (const limit of [NEAR_TOP, FAR]) expect(await find({ states: ["closed"] }, "desc", limit)).toEqual(closed);
    expect(await find({ customerIds: [made[4]?.customer_id ?? ""] }, "desc", NEAR_TOP)).toEqual([4]);
    expect(await find({ ids: [made[4]?.id ?? "", made[5]?.id ?? ""] }, "desc", FAR)).toEqual([4]);
  });

  test("words that stand nowhere together find nothing", async () => {
    for (const limit of [NEAR_TOP, FAR]) {
      expect(await find({ terms: searchTerms("parcel nowhere") }, "desc", limit)).toEqual([]);
      expect(await find({ terms: [] }, "desc", limit)).toEqual([]);
    }
  });
});
