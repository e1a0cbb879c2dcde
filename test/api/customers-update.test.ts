import { beforeEach, describe, expect, test } from "vitest";
import { type Got, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
// oxlint-disable-next-line no-explicit-any -- tests look into it
let ruby: any;
beforeEach(async () => {
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  const got = await desk.post("/customers", {
    first_name: "Ruby",
    last_name: "Miller",
    contacts: [
      { type: "email", value: "ruby@example.com" },
      { type: "phone", value: "+1 415 555 2671" },
    ],
  });
  ruby = got.body;
});

const set = async (...contacts: object[]): Promise<Got> => await desk.patch(`/customers/${ruby.id}`, { contacts });
const version = async (): Promise<number> => (await desk.get(`/customers/${ruby.id}?fields=version`)).body.version;

describe.skipIf(ENGINE_MISSING !== null)("U3", () => {
  test("U3: contacts sets the whole list", async () => {
    const got = await set({ type: "twitter", value: "@ruby" });
    expect(got.status).toBe(200);
    expect(got.body.contacts).toEqual([{ id: got.body.contacts[0].id, type: "twitter", value: "@ruby" }]);
    expect((await desk.get(`/customers/${ruby.id}`)).body).toEqual(got.body);
    expect((await desk.get(`/customers/${ruby.id}/contacts/${ruby.contacts[0].id}`)).status).toBe(404);
  });

  test("U3: an empty list removes all, and what was removed is free again", async () => {
    expect((await set()).body.contacts).toEqual([]);
    const got = await desk.post("/customers", { contacts: [{ type: "email", value: "ruby@example.com" }] });
    expect(got.status).toBe(201);
  });

  test("U3: a contact that stays keeps its id, in another place and another spelling", async () => {
    const [email, phone] = ruby.contacts;
    const got = await set(
      { type: "phone", value: "0014155552671" },
      { type: "twitter", value: "ruby" },
      { type: "email", value: "RUBY@EXAMPLE.COM" },
    );
    expect(got.body.contacts).toEqual([
      { id: phone.id, type: "phone", value: "0014155552671" },
      { id: got.body.contacts[1].id, type: "twitter", value: "ruby" },
      { id: email.id, type: "email", value: "RUBY@EXAMPLE.COM" },
    ]);
    expect((await desk.get(`/customers/${ruby.id}`)).body.contacts).toEqual(got.body.contacts);
  });

  test("U3: ids in the body are ignored", async () => {
    const [email, phone] = ruby.contacts;
    const got = await set(
      { ...email, id: phone.id },
      { ...phone, id: email.id },
      { id: ruby.id, type: "email", value: "new@example.com" },
    );
    expect(got.body.contacts.slice(0, 2)).toEqual([email, phone]);
    expect([email.id, phone.id, ruby.id]).not.toContain(got.body.contacts[2].id);
  });

  test("U3: without contacts, or with null, the list stays", async () => {
    for (const body of [{ first_name: "Rubina" }, { contacts: null }, {}]) {
      expect((await desk.patch(`/customers/${ruby.id}`, body)).body.contacts).toEqual(ruby.contacts);
    }
  });

  test("U3: a contact that another customer holds is already used, and then nothing is changed", async () => {
    await desk.post("/customers", { contacts: [{ type: "email", value: "taken@example.com" }] });
    const before = await version();
    const got = await desk.patch(`/customers/${ruby.id}`, {
      first_name: "Changed",
      contacts: [
        { type: "email", value: "new@example.com" },
        { type: "email", value: "Taken@example.com" },
        { type: "email", value: "NEW@example.com" },
      ],
    });
    expect(got.status).toBe(422);
    expect(got.body.errors.map(({ message }: { message: string }) => message).toSorted()).toEqual([
      "contacts[1].value is already used",
      "contacts[2].value is already used",
    ]);
    expect((await desk.get(`/customers/${ruby.id}`)).body).toEqual(ruby);
    expect(await version()).toBe(before);
  });

  test("U3: the version moves with names, summary and contacts, and not when nothing changes", async () => {
    const changes = [
      { first_name: "Rubina" },
      { summary: "VIP customer" },
      { contacts: [{ type: "email", value: "ruby@example.com" }] },
      { contacts: [{ type: "email", value: "Ruby@example.com" }] },
    ];
    let last = await version();
    for (const change of changes) {
      expect((await desk.patch(`/customers/${ruby.id}`, change)).status).toBe(200);
      expect(await version(), JSON.stringify(change)).toBe(last + 1);
      await desk.patch(`/customers/${ruby.id}`, change);
      expect(await version(), `again: ${JSON.stringify(change)}`).toBe(last + 1);
      last += 1;
    }
  });

  test("U3: names and summary can be set, changed, and set to null", async () => {
    const got = await desk.patch(`/customers/${ruby.id}`, {
      first_name: "Maggy",
      last_name: null,
      summary: "VIP customer",
    });
    expect(got.body).toEqual({ ...ruby, first_name: "Maggy", last_name: null, summary: "VIP customer" });
    expect((await desk.patch(`/customers/${ruby.id}`, { summary: null })).body.summary).toBeNull();
  });

  test("U3: changes of one customer at once all hold, each with a version of its own", async () => {
    const before = await version();
    const got = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        set({ type: "email", value: `a${index}@example.com` }, { type: "email", value: "ruby@example.com" }),
      ),
    );
    expect(got.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(await version()).toBe(before + 10);
    const { contacts } = (await desk.get(`/customers/${ruby.id}`)).body;
    expect(contacts).toHaveLength(2);
    expect(contacts[1].id, "it stayed through all of them").toBe(ruby.contacts[0].id);
  });
});
