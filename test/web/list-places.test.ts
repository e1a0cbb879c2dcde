import { describe, expect, test } from "vitest";
import { LIST_PAGE } from "../../web/src/api/queries/ticket-page.ts";
import { blockOf } from "../../web/src/api/queries/tickets.ts";
import type { TicketRow } from "../../web/src/api/types.ts";
import { placeRows } from "../../web/src/features/tickets/use-list.ts";

const page = (first: number, count: number = LIST_PAGE) => ({
  data: { total: 1000, rows: Array.from({ length: count }, (_, index) => ({ id: `t${first + index}` }) as TicketRow) },
});

describe("the rows of a list that is read by pages", () => {
  test("stand at their places, with holes where nothing was read", () => {
    const { rows, places } = placeRows([1, 5, 6], [page(0), page(200), { data: undefined }]);
    expect([places.get("t0"), places.get("t49"), places.get("t200"), places.get("t249")]).toEqual([0, 49, 200, 249]);
    expect([rows.has(50), rows.has(199), rows.has(250)]).toEqual([false, false, false]);
  });

  test("move up when some before them have left", () => {
    const { places } = placeRows([1, 2], [page(3, LIST_PAGE - 3), page(LIST_PAGE)]);
    expect([places.get("t3"), places.get("t50")]).toEqual([0, LIST_PAGE - 3]);
  });

  test("are shown once when they moved between two answers", () => {
    const { rows, places } = placeRows([1, 2], [page(1), page(LIST_PAGE)]);
    expect(places.size).toBe(2 * LIST_PAGE - 1);
    expect(rows.get(LIST_PAGE)?.id).toBe(`t${LIST_PAGE + 1}`);
  });

  test("are counted in blocks of 10,000, as far as the API's pages go", () => {
    const last = 10_000 / LIST_PAGE;
    expect([blockOf(1), blockOf(last), blockOf(last + 1), blockOf(2 * last)]).toEqual([0, 0, 1, 1]);
  });
});
