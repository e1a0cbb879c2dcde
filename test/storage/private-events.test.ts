import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SYSTEM } from "../../src/domain/events.ts";
import { newId } from "../../src/domain/ids.ts";
import { DAY, now } from "../../src/domain/time.ts";
import {
  FIRST_EVENT,
  deletePrivateEvents,
  findEventCursor,
  listEvents,
  recordChange,
  recordEvent,
} from "../../src/storage/events.ts";
import { presentUsers } from "../../src/domain/presence.ts";
import { openPresences } from "../../src/storage/presences.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { makeAccount } from "./storage-account.ts";

describe.skipIf(ENGINE_MISSING !== null)("what is kept for a while only", () => {
  let storage: TestStorage;
  beforeAll(async () => {
    storage = await openTestStorage();
  });
  afterAll(async () => await storage.remove());

  test("are events of one user's own: those of everybody stay, and so does the newest, whatever it is", async () => {
    const { account } = await makeAccount(storage.db);
    const { db } = storage;
    const own = async (id: string): Promise<void> =>
      await db.transact(async (tx) => {
        await recordChange(tx, account.id, SYSTEM, {
          kind: "draft.changed",
          resource: "draft",
          id,
          audienceId: newId(),
        });
      });
    await own("first");
    await db.transact(
      async (tx) => await recordEvent(tx, account.id, SYSTEM, { kind: "ticket.created", ticketId: "t" }),
    );
    await own("last");
    const kinds = async (): Promise<string[]> =>
      (await listEvents(db, account.id, FIRST_EVENT, 10)).map((event) => event.resource_id ?? event.ticket_id);
    let before = await kinds();
    for (const end = performance.now() + 10_000; before.length < 3 && performance.now() < end;) before = await kinds();
    expect(before).toEqual(["first", "t", "last"]);
    const [first] = await listEvents(db, account.id, FIRST_EVENT, 1);
    await deletePrivateEvents(db, now() - DAY, 100);
    expect(await kinds(), "they are not old yet").toEqual(before);
    expect(await deletePrivateEvents(db, now() + DAY, 100)).toBe(1);
    expect(await kinds()).toEqual(["t", "last"]);
    expect(await findEventCursor(db, account.id, first?.id ?? ""), "who stood there begins anew").toBeUndefined();
  });

  test("are presences, which every process of a database sees", async () => {
    const { account } = await makeAccount(storage.db);
    const presences = openPresences(storage.db);
    const [ticketId, userId] = [newId(), newId()];
    await presences.put(account.id, { ticketId, userId, tab: "", state: "viewing" });
    await presences.put(account.id, { ticketId, userId, tab: "two", state: "replying" });
    await presences.put(account.id, { ticketId, userId, tab: "", state: "viewing" });
    const listed = await presences.list(account.id);
    expect(listed).toHaveLength(2);
    expect(presentUsers(listed).get(ticketId)).toEqual([{ id: userId, state: "replying" }]);
    const elsewhere = await openPresences(storage.db).list(account.id);
    expect(elsewhere).toHaveLength(storage.db.engine === "postgres" ? 2 : 0);
    await presences.remove(account.id, { ticketId, userId, tab: "two" });
    await presences.remove(account.id, { ticketId, userId, tab: "" });
    expect(await presences.list(account.id)).toEqual([]);
  });
});
