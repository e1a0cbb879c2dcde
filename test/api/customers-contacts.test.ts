import { beforeEach, describe, expect, test } from "vitest";
import { type Got, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

type Type = "email" | "twitter" | "phone";

let desk: TestDesk;
beforeEach(async () => {
  if (ENGINE_MISSING === null) desk = await openDesk();
});

const create = async (...contacts: object[]): Promise<Got> => await desk.post("/customers", { contacts });
const faultsOf = (got: Got): string[] => got.body.errors.map(({ message }: { message: string }) => message);

describe.skipIf(ENGINE_MISSING !== null)("U1", () => {
  const SAME: [Type, string, string][] = [
    ["email", "ruby@example.com", "RUBY@Example.COM"],
    ["email", "ruby@example.com", "  ruby@example.com\t"],
    ["email", "ÉMILE@exämple.com", "émile@exämple.com"],
    ["twitter", "ruby", "@Ruby"],
    ["twitter", "@ruby", "@@RUBY "],
    ["phone", "+1 415 555 2671", "+14155552671"],
    ["phone", "+1 (415) 555-2671", "001 415 555 2671"],
    ["phone", "+49 30 123456", "+49 (0)30 123456"],
    ["phone", "0171 555-1234", "0171/5551234"],
    ["phone", "tel. 12", "12"],
  ];

  test.each(SAME)("U1, U2: the same %s in another spelling is already used: %j, %j", async (type, first, second) => {
    expect((await create({ type, value: first })).status).toBe(201);
    const got = await create({ type, value: second });
    expect(got.status).toBe(422);
    expect(faultsOf(got)).toEqual(["contacts[0].value is already used"]);
  });

  test.each(SAME)("U1, U2: also within one list: %s %j, %j", async (type, first, second) => {
    const got = await create({ type, value: first }, { type, value: second });
    expect(got.status).toBe(422);
    expect(faultsOf(got)).toEqual(["contacts[1].value is already used"]);
    expect((await desk.get("/customers")).body, "nothing is left behind").toEqual([]);
  });

  test.each<[Type, string, string]>([
    ["email", "ruby@example.com", "ruby+shop@example.com"],
    ["email", "ruby@example.com", "ru.by@example.com"],
    ["twitter", "ruby", "ruby_"],
    ["phone", "+1 415 555 2671", "+1 415 555 2672"],
    ["phone", "+1 415 555 2671", "+1 415 555 2671 ext. 5"],
    ["phone", "+49 30 123456", "030 123456"],
  ])("U1: another %s is another contact: %j, %j", async (type, first, second) => {
    expect((await create({ type, value: first }, { type, value: second })).status).toBe(201);
  });

  test("U1: the same value of another type, and in another account, is free", async () => {
    expect((await create({ type: "twitter", value: "14155552671" })).status).toBe(201);
    expect((await create({ type: "phone", value: "+14155552671" })).status).toBe(201);
    const other = await openDesk();
    const got = await other.post("/customers", { contacts: [{ type: "phone", value: "+14155552671" }] });
    expect(got.status).toBe(201);
  });

  test.each([
    "ruby",
    "ruby@",
    "@example.com",
    "a@b@c",
    "a b@example.com",
    "a@ex ample.com",
    "a@example.com, b@example.com",
    "Ruby <a@b.c>",
    "a@b\r\nBcc: c@d",
    "a\u0000@b.c",
  ])("U1: an email value must be an address: %j", async (value) => {
    const got = await create({ type: "email", value });
    expect(got.status).toBe(422);
    expect(faultsOf(got)).toHaveLength(1);
    expect(faultsOf(got)[0]).toMatch(/^contacts\[0\]\.value must /);
  });

  test.each(["a@b", "o'neil@example.com", "x+y_z%a@sub.example.co.uk", '"a b"@example.com', "用户@例子.中国"])(
    "U1: an unusual address is one: %s",
    async (value) => {
      expect((await create({ type: "email", value })).status).toBe(201);
    },
  );

  test.each(["", "home", "+", "( )", "١٢٣"])("U1: a phone value must hold digits: %j", async (value) => {
    const got = await create({ type: "phone", value });
    expect(got.status).toBe(422);
    expect(faultsOf(got)[0]).toMatch(/^contacts\[0\]\.value must (not be empty|be a phone number)/);
  });

  test.each<[Type, string]>([
    ["email", ""],
    ["email", "  \t"],
    ["phone", " "],
    ["twitter", ""],
    ["twitter", "\u00a0"],
    ["twitter", "@"],
    ["twitter", " @@ "],
  ])("U1: no value is empty: %s %j", async (type, value) => {
    const got = await create({ type, value });
    expect(got.status).toBe(422);
    expect(faultsOf(got)).toHaveLength(1);
  });

  test("U1: every contact at fault is named by its place", async () => {
    await create({ type: "email", value: "taken@example.com" });
    const got = await create(
      { type: "email", value: "taken@example.com" },
      { type: "email", value: "fine@example.com" },
      { type: "fax", value: "1" },
      { type: "phone" },
      { value: "x" },
      { type: "phone", value: "none" },
      { type: "email", value: "FINE@example.com" },
    );
    expect(
      faultsOf(got)
        .map((fault) => fault.split(" ")[0] ?? "")
        .toSorted(),
    ).toEqual(
      [
        "contacts[0].value",
        "contacts[2].type",
        "contacts[3].value",
        "contacts[4].type",
        "contacts[5].value",
        "contacts[6].value",
      ].toSorted(),
    );
  });

  test("U1: under twenty creations at once one customer has the contact, and no request fails otherwise", async () => {
    const got = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        create(
          { type: "phone", value: `+1 415 555 3${index}00` },
          { type: "email", value: index % 2 === 0 ? "same@x.example" : "SAME@x.example" },
        ),
      ),
    );
    expect(got.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201,
      ...Array.from({ length: 19 }, () => 422),
    ]);
    expect((await desk.get("/customers?count=true&contacts.value=same@x.example")).headers["total-count"]).toBe("1");
    expect((await desk.get("/customers?count=true")).headers["total-count"]).toBe("1");
  });

  test("U1: under twenty additions and changes at once one customer has the contact", async () => {
    const customers = await Promise.all(Array.from({ length: 20 }, () => desk.post("/customers", {})));
    const contact = { type: "twitter", value: "@wanted" };
    const got = await Promise.all(
      customers.map(({ body: { id } }, index) => {
        if (index % 3 === 0) return desk.patch(`/customers/${id}`, { contacts: [contact] });
        return desk.post(index % 3 === 1 ? `/customers/${id}/contacts` : `/customers/${id}`, contact);
      }),
    );
    const done = got.filter(({ status }) => status < 300);
    expect(done).toHaveLength(1);
    expect(got.filter(({ status }) => status === 422)).toHaveLength(19);
    expect((await desk.get("/customers?contacts.value=wanted")).body).toHaveLength(1);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("U2", () => {
  test("U2: a contact is shown as it was given", async () => {
    const contacts = [
      { type: "email", value: "  Ruby.Miller@Example.COM " },
      { type: "twitter", value: "@RubyM" },
      { type: "phone", value: "+1 (415) 555-2671" },
    ];
    const got = await create(...contacts);
    expect(got.body.contacts).toEqual(
      contacts.map((contact, index) => ({ id: got.body.contacts[index].id, ...contact })),
    );
    expect((await desk.get(`/customers/${got.body.id}`)).body).toEqual(got.body);
  });

  test("U2: contacts stand in the order given", async () => {
    const values = ["c@x.example", "a@x.example", "b@x.example"];
    const got = await create(...values.map((value) => ({ type: "email", value })));
    expect(got.body.contacts.map(({ value }: { value: string }) => value)).toEqual(values);
  });

  test("U2: a customer may have no name and no contact at all, with or without a body", async () => {
    for (const got of [
      await desk.post("/customers", {}),
      await desk.post("/customers", { contacts: null }),
      await desk.post("/customers"),
    ]) {
      expect(got.status).toBe(201);
      expect(got.body).toEqual({ id: got.body.id, first_name: null, last_name: null, summary: null, contacts: [] });
    }
  });
});
