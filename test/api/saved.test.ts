import { beforeEach, describe, expect, test } from "vitest";
import { type SignedIn, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
let mary: SignedIn;
let ben: SignedIn;
let ada: SignedIn;

beforeEach(async () => {
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  [mary, ben, ada] = await Promise.all([desk.signIn(), desk.signIn(), desk.signIn({ role: "admin" })]);
});

const names = (list: { name: string }[]): string[] => list.map(({ name }) => name).toSorted();

describe.skipIf(ENGINE_MISSING !== null).each([
  ["/saved-replies", { body: "text" }],
  ["/saved-searches", { query: "is:open" }],
])("%s", (path, content) => {
  const create = async (who: SignedIn, name: string, shared: boolean): Promise<string> => {
    const got = await who.post(path, { name, shared, ...content });
    expect(got.status, got.text).toBe(201);
    expect(got.body).toMatchObject({ name, shared, user_id: who.user.id, ...content });
    return got.body.id;
  };

  test("one's own are seen by nobody else, the shared ones by all, also by a token", async () => {
    await create(mary, "mine", false);
    await create(mary, "ours", true);
    expect(names((await mary.get(path)).body)).toEqual(["mine", "ours"]);
    for (const who of [ben, ada, desk]) expect(names((await who.get(`${path}?count=true`)).body)).toEqual(["ours"]);
    expect((await desk.post(path, { name: "x", ...content })).status, "a token is nobody's").toBe(404);
  });

  test("a shared one is changed by its author or an admin, one's own by oneself", async () => {
    const own = await create(mary, "mine", false);
    const shared = await create(mary, "ours", true);
    for (const who of [ben, ada]) {
      expect((await who.patch(`${path}/${own}`, { name: "stolen" })).status).toBe(404);
      expect((await who.ask("DELETE", `${path}/${own}`)).status).toBe(404);
    }
    expect((await ben.patch(`${path}/${shared}`, { name: "theirs" })).status).toBe(403);
    expect((await ben.ask("DELETE", `${path}/${shared}`)).status).toBe(403);
    expect((await ada.patch(`${path}/${shared}`, { name: "everybody's" })).body.name).toBe("everybody's");
    const version = (await mary.get(`${path}?fields=version,name`)).body;
    expect(version.find(({ name }: { name: string }) => name === "everybody's").version).toBe(2);
    expect((await mary.patch(`${path}/${shared}`, { shared: false }, { "If-Match": '"1"' })).status).toBe(412);
    expect((await mary.patch(`${path}/${shared}`, { shared: false })).status).toBe(200);
    expect((await ben.get(path)).body).toEqual([]);
    expect((await mary.ask("DELETE", `${path}/${own}`)).status).toBe(204);
    expect((await mary.ask("DELETE", `${path}/${own}`)).status).toBe(404);
    const reader = await desk.signIn({ role: "read_only" });
    expect((await reader.post(path, { name: "x", ...content })).status).toBe(403);
  });

  test("faults are named", async () => {
    expect((await mary.post(path, {})).body.errors).toHaveLength(2);
    expect((await mary.post(path, { name: " ", ...content })).body.errors).toEqual([
      { message: "name must not be empty" },
    ]);
    expect((await mary.patch(`${path}/${"0".repeat(24)}`, {})).status).toBe(404);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("a saved reply", () => {
  test("is found while it is typed, by name and text, in the order of names", async () => {
    for (const [name, body] of [
      ["Refund", "on its way"],
      ["Köln office", "open at 9"],
      ["address", "we refunded"],
    ]) {
      await mary.post("/saved-replies", { name, body });
    }
    const found = async (q: string): Promise<string[]> =>
      (await mary.get(`/saved-replies?q=${encodeURIComponent(q)}`)).body.map(({ name }: { name: string }) => name);
    expect(await found("")).toEqual(["address", "Köln office", "Refund"]);
    expect(await found("refu")).toEqual(["address", "Refund"]);
    expect(await found("kol off")).toEqual(["Köln office"]);
    expect(await found("nothing")).toEqual([]);
  });

  test("is filled for a ticket and counted", async () => {
    const body =
      "Hi {{customer.first_name|there}}, #{{ticket.number}} {{ticket.subject}}, {{user.name}} ({{inbox.name}}, {{account.name}})";
    const { id } = (await mary.post("/saved-replies", { name: "Hello", body, htmlized: true, shared: true })).body;
    const ticket = await desk.ticket({ subject: "<b>", customer: { first_name: "Ruby" } });
    const render = async (who: Pick<TestDesk, "post">, about: object) =>
      await who.post(`/saved-replies/${id}/render`, about);
    expect((await render(ben, { ticket_id: ticket.id })).body).toEqual({
      id,
      body: `Hi Ruby, #${ticket.number} &lt;b&gt;, Ada Byron (Support, Test desk)`,
      htmlized: true,
    });
    expect((await render(desk, {})).body.body).toBe("Hi there, # , (, Test desk)".replace(", (", ",  ("));
    const [listed] = (await mary.get("/saved-replies")).body;
    expect(listed).toMatchObject({ uses: 2, last_used_at: expect.any(String) });
    expect((await render(mary, { ticket_id: "x" })).body.errors).toEqual([
      { message: "ticket_id must be the id of a ticket" },
    ]);
    const restricted = await desk.signIn({ inboxIds: [] });
    expect((await render(restricted, { ticket_id: ticket.id })).status).toBe(422);
  });
});
