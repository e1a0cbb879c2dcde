import { beforeAll, describe, expect, test } from "vitest";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;

async function create(first_name: string, contacts: object[]): Promise<string> {
  return (await desk.post("/customers", { first_name, contacts })).body.id;
}

/** The first names that a query finds, in alphabetical order. */
async function found(query: string): Promise<string[]> {
  const got = await desk.get(`/customers?count=true&${query}`);
  expect(got.status, got.text).toBe(200);
  const names = got.body.map((each: { first_name: string }) => each.first_name);
  expect(Number(got.headers["total-count"]), "the count is of the same").toBe(names.length);
  return names.toSorted();
}

beforeAll(async () => {
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  await create("mail", [{ type: "email", value: "Ann@Example.com" }]);
  await create("mixed", [
    { type: "email", value: "both@example.com" },
    { type: "twitter", value: "@both" },
    { type: "phone", value: "+1 415 555 2671" },
  ]);
  await create("bird", [{ type: "twitter", value: "Ann" }]);
  await create("phone", [{ type: "phone", value: "+49 30 123456" }]);
  await create("digits", [{ type: "twitter", value: "4930123456" }]);
  await create("none", []);
});

describe.skipIf(ENGINE_MISSING !== null)("U5", () => {
  test.each([
    ["contacts.type=email&contacts.value=ann@example.com", ["mail"]],
    ["contacts.type=email&contacts.value=ANN%40EXAMPLE.COM", ["mail"]],
    ["contacts.value=ann@example.com", ["mail"]],
    ["contacts.value=ann", ["bird"]],
    ["contacts.value=@ANN", ["bird"]],
    ["contacts.type=twitter&contacts.value=%40ann", ["bird"]],
    ["contacts.type=email&contacts.value=ann", []],
    ["contacts.type=email", ["mail", "mixed"]],
    ["contacts.type=email,phone", ["mail", "mixed", "phone"]],
    ["contacts.type=phone&contacts.value=%2B4930123456", ["phone"]],
    ["contacts.type=phone&contacts.value=+4930123456", ["phone"]],
    ["contacts.type=phone&contacts.value=+49 (0)30 123456".replaceAll(" ", "%20"), ["phone"]],
    ["contacts.type=phone&contacts.value=0049%2030%20123456", ["phone"]],
    ["contacts.value=+1%20415%20555%202671", ["mixed"]],
    ["contacts.value=+14155552671,ann@example.com", ["mail", "mixed"]],
    ["contacts.value=ann@example.com&contacts.value=ann", ["bird", "mail"]],
    ["contacts.value=nobody@example.com", []],
    ["contacts.value=nobody@example.com,both@example.com", ["mixed"]],
    ["contacts.value=,", ["bird", "digits", "mail", "mixed", "none", "phone"]],
    ["contacts.type=&contacts.value=", ["bird", "digits", "mail", "mixed", "none", "phone"]],
    ["contacts.value=%20both@example.com%20", ["mixed"]],
    ["contacts.value=%00", []],
    ["contacts.value=%00,both", ["mixed"]],
  ])("U5: %s finds %j", async (query, names) => {
    expect(await found(query)).toEqual(names);
  });

  test("U5: type and value speak of the same contact", async () => {
    expect(await found("contacts.type=twitter&contacts.value=both@example.com")).toEqual([]);
    expect(await found("contacts.type=phone&contacts.value=both")).toEqual([]);
    expect(await found("contacts.type=phone,twitter&contacts.value=both")).toEqual(["mixed"]);
  });

  test("U5: a customer is found once, however many of its contacts match", async () => {
    expect(await found("contacts.value=both,both@example.com,+14155552671")).toEqual(["mixed"]);
  });

  test("U5: a type that is none is 400", async () => {
    const got = await desk.get("/customers?contacts.type=email,fax");
    expect(got.status).toBe(400);
    expect(got.body).toEqual({ message: "contacts.type must be one of: email, twitter, phone" });
  });
});
