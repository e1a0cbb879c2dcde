import { beforeEach, describe, expect, test } from "vitest";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
let customer: { id: string };
beforeEach(async () => {
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  const got = await desk.post("/customers", { contacts: [{ type: "email", value: "first@example.com" }] });
  customer = got.body;
});

const JOHN = { type: "email", value: "john@example.com" };

describe.skipIf(ENGINE_MISSING !== null)("U4", () => {
  test.each(["/contacts", ""])(
    "U4: POST /customers/{id}%s gives the customer a contact: 201 and its Location",
    async (end) => {
      const got = await desk.post(`/customers/${customer.id}${end}`, JOHN);
      expect(got.status).toBe(201);
      expect(got.body).toEqual({ id: got.body.id, ...JOHN });
      const path = `/customers/${customer.id}/contacts/${got.body.id}`;
      expect(got.headers.location).toBe(`${desk.server.url}/api/v1${path}`);
      expect((await desk.get(path)).body).toEqual(got.body);
      const { contacts } = (await desk.get(`/customers/${customer.id}`)).body;
      expect(contacts.at(-1), "after those it has").toEqual(got.body);
      expect(contacts).toHaveLength(2);
    },
  );

  test("U4: the rules of U1 hold for it", async () => {
    await desk.post("/customers", { contacts: [JOHN] });
    for (const [body, fault] of [
      [JOHN, "value is already used"],
      [{ type: "email", value: "FIRST@example.com" }, "value is already used"],
      [{ type: "email", value: "no" }, "value must be an email address, such as ruby@example.com"],
      [{ type: "phone", value: "no" }, "value must be a phone number that holds digits, such as +1 415 555 0100"],
      [{ type: "twitter", value: "" }, "value must not be empty"],
      [{ type: "fax", value: "1" }, "type must be one of: email, twitter, phone"],
      [{ type: "fax" }, "type must be one of: email, twitter, phone"],
    ] as const) {
      const got = await desk.post(`/customers/${customer.id}`, body);
      expect(got.status, JSON.stringify(body)).toBe(422);
      expect(got.body.errors[0]).toEqual({ message: fault });
    }
    const got = await desk.post(`/customers/${customer.id}/contacts`, {});
    expect(got.body.errors.map(({ message }: { message: string }) => message.split(" ")[0])).toEqual(["type", "value"]);
  });

  test("U4: an unknown customer is 404 whatever the body says", async () => {
    for (const body of [JOHN, { type: "fax" }]) {
      for (const id of ["0".repeat(24), "nonsense"]) {
        expect((await desk.post(`/customers/${id}/contacts`, body)).status).toBe(404);
        expect((await desk.post(`/customers/${id}`, body)).status).toBe(404);
      }
    }
  });

  test("U4: DELETE is 204, then 404, and the value is free again", async () => {
    const { id } = (await desk.post(`/customers/${customer.id}`, JOHN)).body;
    const path = `/customers/${customer.id}/contacts/${id}`;
    const got = await desk.ask("DELETE", path);
    expect([got.status, got.text]).toEqual([204, ""]);
    expect((await desk.ask("DELETE", path)).status).toBe(404);
    expect((await desk.get(path)).status).toBe(404);
    expect((await desk.get(`/customers/${customer.id}`)).body.contacts).toHaveLength(1);
    expect((await desk.post("/customers", { contacts: [JOHN] })).status).toBe(201);
  });

  test("U4: of deletions at once one is 204", async () => {
    const { id } = (await desk.post(`/customers/${customer.id}`, JOHN)).body;
    const got = await Promise.all(
      Array.from({ length: 5 }, () => desk.ask("DELETE", `/customers/${customer.id}/contacts/${id}`)),
    );
    expect(got.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 404, 404, 404, 404]);
  });

  test("U4: a contact answers under its own customer only", async () => {
    const other = (await desk.post("/customers", { contacts: [JOHN] })).body;
    const path = `/customers/${customer.id}/contacts/${other.contacts[0].id}`;
    expect((await desk.get(path)).status).toBe(404);
    expect((await desk.ask("DELETE", path)).status).toBe(404);
    expect((await desk.get(`/customers/${other.id}`)).body.contacts).toHaveLength(1);
  });

  test("U4: adding and removing moves the customer's version", async () => {
    const version = async (): Promise<number> =>
      (await desk.get(`/customers/${customer.id}?fields=version`)).body.version;
    const before = await version();
    const { id } = (await desk.post(`/customers/${customer.id}`, JOHN)).body;
    expect(await version()).toBe(before + 1);
    await desk.ask("DELETE", `/customers/${customer.id}/contacts/${id}`);
    expect(await version()).toBe(before + 2);
  });
});
