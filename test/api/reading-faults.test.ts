import { describe, expect, test } from "vitest";
import { type Got, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

const NOBODY = "000000000000000000000000";

function faultsOf(got: Got): string[] {
  expect([got.text, got.status]).toEqual([got.text, 422]);
  expect(Object.keys(got.body)).toEqual(["message", "errors"]);
  expect(got.body.message).toBe("Validation Failed");
  for (const error of got.body.errors) expect(Object.keys(error)).toEqual(["message"]);
  return got.body.errors.map(({ message }: { message: string }) => message);
}

async function faults(desk: TestDesk, body: object): Promise<string[]> {
  return faultsOf(await desk.post("/tickets", body));
}

const GOOD = { type: "email", subject: "x", customer: {} };

describe.skipIf(ENGINE_MISSING !== null)("R10", () => {
  test("R10: every fault of a ticket is listed at once, of its form and of what it refers to", async () => {
    const desk = await openDesk();
    const got = await faults(desk, {
      type: "twitter",
      subject: "",
      customer_id: NOBODY,
      user_id: NOBODY,
      inbox_id: NOBODY,
    });
    expect(got).toEqual([
      "type must be email",
      "subject must be a string of at most 2000 characters that is not empty",
      "customer_id must be the id of a customer",
      "inbox_id must be the id of an inbox",
      "user_id must be the id of a user",
    ]);
  });

  test("R10: the faults of what stands inside are listed with their place", async () => {
    const desk = await openDesk();
    const got = await faults(desk, {
      customer: {
        first_name: 5,
        contacts: [{ type: "email", value: "nonsense" }, { type: "fax", value: "1" }, { type: "phone" }],
      },
      messages: [
        { type: "note", body: "x" },
        { type: "reply", direction: "sideways", body: 5 },
        { type: "reply", direction: "in" },
        "hello",
        { type: "reply", direction: "out", body: "x", user_id: NOBODY, to: "nobody" },
      ],
    });
    expect(got.toSorted()).toEqual(
      [
        "type is required: email",
        "subject is required: a string of at most 2000 characters that is not empty",
        "customer.first_name must be a string of at most 255 characters, or null",
        "customer.contacts[0].value must be an email address, such as ruby@example.com",
        "customer.contacts[1].type must be one of: email, twitter, phone",
        "customer.contacts[2].value is required: a string of at most 500 characters",
        "messages[0].user_id is required for a note: the id of a user",
        "messages[1].direction must be one of: in, out, or null",
        "messages[1].body must be a string",
        "messages[2].body is required: a string",
        "messages[2].from is required for an inbound reply",
        "messages[3] must be an object",
        "messages[4].user_id must be the id of a user",
        "messages[4].to must be one or more email addresses, separated by commas",
      ].toSorted(),
    );
  });

  test("R10: what is faulty is named once, not also as missing", async () => {
    const desk = await openDesk();
    expect(await faults(desk, { ...GOOD, customer: undefined, customer_id: 5 })).toEqual([
      "customer_id must be a string, or null",
    ]);
    expect(await faults(desk, { ...GOOD, customer: "Ruby" })).toEqual(["customer must be an object, or null"]);
    const { id } = await desk.ticket();
    const message = async (body: object): Promise<string[]> =>
      faultsOf(await desk.post(`/tickets/${id}/messages`, body));
    expect(await message({ type: "note", body: "x", user_id: 5 })).toEqual(["user_id must be a string, or null"]);
    expect(await message({ type: "reply", body: "x", direction: "up" })).toEqual([
      "direction must be one of: in, out, or null",
    ]);
    expect(await message({ type: "reply", body: "x", direction: "in", from: 5 })).toEqual([
      "from must be a string of at most 4000 characters, or null",
    ]);
    expect(await message({ type: "reply", body: "x", direction: "out", user_id: desk.user.id, to: [] })).toEqual([
      "to must be a string of at most 4000 characters, or null",
    ]);
  });

  test("R10: beside a value of the wrong type, the unknown ids of the same list are named", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const path = `/tickets/${id}`;
    expect(faultsOf(await desk.patch(path, { label_ids: [5, NOBODY] }))).toEqual([
      "label_ids[0] must be a string",
      "label_ids[1] must be the id of a label",
    ]);
    const note = { type: "note", body: "x", user_id: desk.user.id, attachment_ids: [NOBODY, null] };
    expect(faultsOf(await desk.post(`${path}/messages`, note)).toSorted()).toEqual([
      "attachment_ids[0] must be the id of an attachment",
      "attachment_ids[1] must be a string",
    ]);
  });

  test("R10: every fault of a change is listed at once and nothing is changed", async () => {
    const desk = await openDesk();
    const ticket = await desk.ticket();
    const got = await desk.patch(`/tickets/${ticket.id}`, {
      state: "snoozed",
      user_id: NOBODY,
      inbox_id: NOBODY,
      label_ids: [NOBODY],
      spam: "true",
      trash: 1,
      subject: "",
    });
    expect(faultsOf(got)).toEqual([
      "state must be one of: open, hold, closed",
      "spam must be true or false",
      "trash must be true or false",
      "subject must be a string of at most 2000 characters that is not empty, or null",
      "user_id must be the id of a user, or null for nobody",
      "inbox_id must be the id of an inbox",
      "label_ids[0] must be the id of a label",
    ]);
    expect((await desk.get(`/tickets/${ticket.id}`)).body).toEqual(ticket);
  });

  test("R10: every fault of a message is listed at once", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const got = await desk.post(`/tickets/${id}/messages`, {
      type: "reply",
      direction: "out",
      body: "",
      htmlized: "no",
      to: "a@example.com\nBcc: b@example.com",
      user_id: NOBODY,
    });
    expect(faultsOf(got)).toEqual([
      "htmlized must be true or false, or null",
      "body must not be empty without attachments",
      "user_id must be the id of a user",
      "to must not hold control characters",
    ]);
  });

  test("R10: an id of another account in a body is named like an unknown one", async () => {
    const desk = await openDesk();
    const stranger = await openDesk();
    const theirs = await stranger.ticket();
    const label = (await stranger.post("/labels", { name: "VIP" })).body.id;
    const ids = { customer_id: theirs.customer_id, inbox_id: theirs.inbox_id, user_id: stranger.user.id };
    expect(await faults(desk, { ...GOOD, ...ids })).toEqual([
      "customer_id must be the id of a customer",
      "inbox_id must be the id of an inbox",
      "user_id must be the id of a user",
    ]);
    const own = await desk.ticket();
    expect(faultsOf(await desk.patch(`/tickets/${own.id}`, { label_ids: [label] }))).toEqual([
      "label_ids[0] must be the id of a label",
    ]);
  });

  test("R10: a body that is no object is one fault, and no body is every required field", async () => {
    const desk = await openDesk();
    for (const body of ["[]", '"x"', "5", "true", "null"]) {
      expect(faultsOf(await desk.post("/tickets", body))).toContain("the body must be a JSON object");
    }
    expect(faultsOf(await desk.post("/tickets", "[]"))).toEqual(["the body must be a JSON object"]);
    expect(faultsOf(await desk.post("/tickets"))).toHaveLength(3);
  });

  test("R10: a 400 names the parameter and what is allowed", async () => {
    const desk = await openDesk();
    const texts: Record<string, string> = {
      "page=x": "page must be a whole number from 1",
      "per_page=x": "per_page must be a whole number from 0 to 100",
      "state=x": "state must be one of: open, hold, closed, snoozed, archived",
      "spam=x": "spam must be one of: true, false",
      "since_created_at=x": "since_created_at must be a time in ISO 8601, such as 2023-08-02T13:41:10Z",
    };
    for (const [query, message] of Object.entries(texts)) {
      const got = await desk.get(`/tickets?${query}`);
      expect([got.status, got.body]).toEqual([400, { message }]);
    }
  });
});
