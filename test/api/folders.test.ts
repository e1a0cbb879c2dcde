import { beforeAll, describe, expect, test } from "vitest";
import { type SignedIn, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
let mary: SignedIn;
let restricted: SignedIn;
let other: string;

/** Each folder as the list that shows it. */
const LISTS: Record<string, (user: SignedIn) => string> = {
  unassigned: () => "user_id=null&state=open&spam=false&trash=false",
  mine: ({ user }) => `user_id=${user.id}&state=open&spam=false&trash=false`,
  mentions: () => "mentioned=true",
  snoozed: () => "state=snoozed&spam=false&trash=false",
  closed: () => "state=closed&spam=false&trash=false",
  hold: () => "state=hold&spam=false&trash=false",
  spam: () => "spam=true",
  trash: () => "trash=true",
  all: () => "spam=false&trash=false",
};

async function count(who: Pick<TestDesk, "get">, query: string): Promise<number> {
  const got = await who.get(`/tickets?${query}&count=true&per_page=0`);
  return Number(got.headers["total-count"]);
}

beforeAll(async () => {
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  mary = await desk.signIn();
  other = (await desk.post("/inboxes", { name: "Other" })).body.id;
  restricted = await desk.signIn({ inboxIds: [other] });
  const labels = [];
  for (const name of ["a", "b", "c"]) labels.push((await desk.post("/labels", { name })).body.id);
  const states = ["open", "open", "hold", "closed", "snoozed"];
  for (let index = 0; index < 40; index += 1) {
    const { id } = await desk.ticket({ inbox_id: index % 3 === 0 ? other : desk.inbox.id });
    const state = states[index % 5];
    if (state === "snoozed") await desk.post(`/tickets/${id}/snooze`, { snoozed_until: "2999-01-01T00:00:00Z" });
    await desk.patch(`/tickets/${id}`, {
      ...(state !== "snoozed" && { state }),
      user_id: [null, mary.user.id, restricted.user.id][index % 7] ?? null,
      label_ids: [[], [labels[0]], [labels[1], labels[0]], [labels[0], labels[1]]][index % 4],
      ...(index % 11 === 0 && { spam: true }),
      ...(index % 13 === 1 && { trash: true }),
    });
    const note = { type: "note", body: "x", mention_ids: [mary.user.id, restricted.user.id] };
    if (index % 6 === 0) await mary.post(`/tickets/${id}/messages`, note);
    if (index % 9 === 0) await mary.ask("PUT", `/tickets/${id}/draft`, { body: "x" });
  }
  await mary.post("/drafts", { subject: "new" });
  await mary.post("/saved-searches", { name: "Labelled", query: "label:a is:open -is:trash", shared: true });
  await mary.post("/saved-searches", { name: "My own", query: "is:mine" });
}, 60_000);

describe.skipIf(ENGINE_MISSING !== null)("GET /folders", () => {
  test("counts exactly what the lists of the folders hold, for everybody as far as they see", async () => {
    for (const who of [mary, restricted]) {
      const folders = (await who.get("/folders")).body;
      for (const [name, query] of Object.entries(LISTS)) {
        expect({ [name]: folders[name] }).toEqual({ [name]: await count(who, query(who)) });
      }
      expect(folders.inboxes.length).toBe(who === mary ? 2 : 1);
      for (const { id, open } of folders.inboxes) {
        expect(open).toBe(await count(who, `inbox_id=${id}&state=open&spam=false&trash=false`));
      }
      expect(folders.labels).toHaveLength(3);
      for (const { id, open } of folders.labels) {
        expect(open).toBe(await count(who, `label_id=${id}&state=open&spam=false&trash=false`));
      }
      const searches = (await who.get("/saved-searches")).body;
      expect(searches).toHaveLength(who === mary ? 2 : 1);
      expect(folders.searches).toEqual(
        await Promise.all(
          searches.map(async ({ id, query }: Record<string, string>) => ({
            id,
            count: await count(who, `q=${encodeURIComponent(query ?? "")}`),
          })),
        ),
      );
    }
    const { unassigned, mine, mentions, drafts } = (await mary.get("/folders")).body;
    for (const some of [unassigned, mine, mentions]) expect(some).toBeGreaterThan(0);
    expect(drafts).toBe((await count(mary, "draft=true")) + 1);
    expect((await restricted.get("/folders")).body.drafts).toBe(0);
  });

  test("a token has nothing of its own", async () => {
    const folders = (await desk.get("/folders")).body;
    expect(folders).toMatchObject({ mine: null, mentions: null, drafts: null });
    expect(folders.all).toBe(await count(desk, "spam=false&trash=false"));
    expect(folders.searches).toHaveLength(1);
  });

  test("who sees no inbox sees nothing, and `fields` leaves out what need not be counted", async () => {
    const nobody = await desk.signIn({ inboxIds: [] });
    expect((await nobody.get("/folders")).body).toMatchObject({
      all: 0,
      unassigned: 0,
      trash: 0,
      mentions: 0,
      inboxes: [],
    });
    expect(Object.keys((await mary.get("/folders?fields=unassigned,searches")).body)).toEqual([
      "unassigned",
      "searches",
    ]);
  });

  test("everybody who asks when something changes is told of the change, each of what they see", async () => {
    const everybody = [mary, restricted, mary, restricted, mary];
    const allOf = async (): Promise<number[]> =>
      await Promise.all(everybody.map(async (who) => Number((await who.get("/folders?fields=all")).body.all)));
    const before = await allOf();
    const done = new AbortController();
    const others = everybody.map(async (who) => {
      while (!done.signal.aborted) await who.get("/folders?fields=all");
    });
    for (let more = 1; more <= 5; more += 1) {
      await desk.ticket({ inbox_id: other });
      expect(await allOf()).toEqual(before.map((tickets) => tickets + more));
    }
    done.abort();
    await Promise.all(others);
  });
});
