import { describe, expect, test } from "vitest";
import { openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

const SORTS = ["-created_at", "created_at", "updated_at", "-updated_at", "user_id", "-user_id", "user_id,-updated_at"];

describe.skipIf(ENGINE_MISSING !== null)("after_id of a list of tickets", () => {
  test("goes on behind any ticket, in every order, also among the unassigned and what is of the same moment", async () => {
    const desk = await openDesk();
    for (let index = 0; index < 7; index += 1) await desk.ticket(index % 3 === 0 ? { user_id: desk.user.id } : {});
    await desk.server.storage.db.transact(async (tx) => {
      await tx.query
        .updateTable("tickets")
        .set({ updated_at: 1_700_000_000_000 })
        .where("account_id", "=", desk.account.id)
        .where("number", "<", 5)
        .execute();
    });
    for (const sort of SORTS) {
      const all = (await desk.get(`/tickets?per_page=100&fields=id&sort=${sort}`)).body.map(
        ({ id }: { id: string }) => id,
      );
      expect([sort, all.length]).toEqual([sort, 7]);
      for (const [at, id] of all.entries()) {
        const rest = (await desk.get(`/tickets?per_page=100&fields=id&sort=${sort}&after_id=${id}`)).body;
        expect([sort, at, rest.map((row: { id: string }) => row.id)]).toEqual([sort, at, all.slice(at + 1)]);
      }
      const second = (await desk.get(`/tickets?per_page=2&page=2&fields=id&sort=${sort}&after_id=${all[0]}`)).body;
      expect([sort, second.map((row: { id: string }) => row.id)]).toEqual([sort, all.slice(3, 5)]);
    }
  });

  test("keeps to the filter, and counts what the filter leaves", async () => {
    const desk = await openDesk();
    const first = await desk.ticket();
    const other = await desk.ticket({ user_id: desk.user.id });
    await desk.ticket();
    const got = await desk.get(`/tickets?user_id=null&sort=created_at&count=true&after_id=${other.id}`);
    expect([got.body.map(({ number }: { number: number }) => number), got.headers["total-count"]]).toEqual([[3], "2"]);
    expect((await desk.get(`/tickets?sort=-created_at&after_id=${first.id}`)).body).toEqual([]);
  });

  test("is refused with what is no ticket, or one that the person may not see", async () => {
    const desk = await openDesk();
    const hidden = (await desk.post("/inboxes", { name: "Hidden" })).body.id;
    const secret = await desk.ticket({ inbox_id: hidden });
    const ada = await desk.signIn({ role: "agent", inboxIds: [desk.inbox.id] });
    for (const got of [
      await desk.get("/tickets?after_id=000000000000000000000000"),
      await desk.get("/tickets?after_id=nothing"),
      await ada.get(`/tickets?after_id=${secret.id}`),
    ]) {
      expect([got.status, got.body.message]).toEqual([400, "after_id must be the id of a ticket"]);
    }
  });
});
