import { describe, expect, test } from "vitest";
import { createUser } from "../../src/desk/create-user.ts";
import { Faults } from "../../src/domain/faults.ts";
import type { TicketState, TicketType } from "../../src/domain/states.ts";
import { TICKET_STATES, TICKET_TYPES } from "../../src/domain/states.ts";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

const NOBODY = "000000000000000000000000";

/** Sets what no request can: a state of the product's, another channel. */
async function make(desk: TestDesk, id: string, columns: { state?: TicketState; type?: TicketType }): Promise<void> {
  await desk.server.storage.db.transact(async (tx) => {
    await tx.query
      .updateTable("tickets")
      .set(columns)
      .where("account_id", "=", desk.account.id)
      .where("id", "=", id)
      .execute();
  });
}

/** The numbers of the tickets that a query finds, in the order of creation. */
async function found(desk: TestDesk, query: string): Promise<number[]> {
  const got = await desk.get(`/tickets?per_page=100&sort=created_at&count=true&${query}`);
  expect([`${query}: ${got.text}`, got.status]).toEqual([`${query}: ${got.text}`, 200]);
  expect([query, got.headers["total-count"]]).toEqual([query, String(got.body.length)]);
  return got.body.map(({ number }: { number: number }) => number);
}

describe.skipIf(ENGINE_MISSING !== null)("R9", () => {
  test("R9: id, inbox_id, user_id, label_id and customer_id take comma lists, any of which will do", async () => {
    const desk = await openDesk();
    const inbox = (await desk.post("/inboxes", { name: "Sales" })).body.id;
    const [red, blue] = [
      (await desk.post("/labels", { name: "red" })).body.id,
      (await desk.post("/labels", { name: "blue" })).body.id,
    ];
    const one = await desk.ticket();
    const two = await desk.ticket({ inbox_id: inbox });
    const three = await desk.ticket({ user_id: desk.user.id });
    await desk.patch(`/tickets/${two.id}`, { label_ids: [red, blue] });
    await desk.patch(`/tickets/${three.id}`, { label_ids: [blue] });
    const expected: Record<string, number[]> = {
      [`id=${one.id}`]: [1],
      [`id=${one.id},${three.id}`]: [1, 3],
      [`id=${one.id},%20${three.id},,${one.id}`]: [1, 3],
      [`id=${one.id}&id=${two.id}`]: [1, 2],
      [`inbox_id=${inbox}`]: [2],
      [`inbox_id=${desk.inbox.id}`]: [1, 3],
      [`inbox_id=${inbox},${desk.inbox.id}`]: [1, 2, 3],
      [`user_id=${desk.user.id}`]: [3],
      [`label_id=${red}`]: [2],
      [`label_id=${blue}`]: [2, 3],
      [`label_id=${red},${blue}`]: [2, 3],
      [`customer_id=${one.customer_id},${two.customer_id}`]: [1, 2],
    };
    for (const [query, numbers] of Object.entries(expected)) {
      expect([query, await found(desk, query)]).toEqual([query, numbers]);
      const counted = await desk.get(`/tickets?${query}&count=true&per_page=0`);
      expect([query, counted.headers["total-count"]]).toEqual([query, String(numbers.length)]);
    }
  });

  test("R9: state takes every state, snoozed and archived too, and lists of them", async () => {
    const desk = await openDesk();
    for (const state of TICKET_STATES) await make(desk, (await desk.ticket()).id, { state });
    for (const [index, state] of TICKET_STATES.entries()) {
      expect(await found(desk, `state=${state}`)).toEqual([index + 1]);
    }
    expect(await found(desk, "state=open,hold")).toEqual([1, 2]);
    expect(await found(desk, "state=snoozed,archived")).toEqual([4, 5]);
    expect(await found(desk, "state=open&state=closed")).toEqual([1, 3]);
  });

  test("R9: type takes every type and lists of them", async () => {
    const desk = await openDesk();
    for (const type of TICKET_TYPES) await make(desk, (await desk.ticket()).id, { type });
    for (const [index, type] of TICKET_TYPES.entries()) expect(await found(desk, `type=${type}`)).toEqual([index + 1]);
    expect(await found(desk, "type=email,sms,call")).toEqual([1, 7, 11]);
  });

  test("R9: spam and trash take true, false and both, and without them all are included", async () => {
    const desk = await openDesk();
    await desk.ticket();
    await desk.patch(`/tickets/${(await desk.ticket()).id}`, { spam: true });
    await desk.patch(`/tickets/${(await desk.ticket()).id}`, { trash: true });
    await desk.patch(`/tickets/${(await desk.ticket()).id}`, { state: "closed" });
    const expected: Record<string, number[]> = {
      "": [1, 2, 3, 4],
      "spam=true": [2],
      "spam=false": [1, 3, 4],
      "spam=true,false": [1, 2, 3, 4],
      "trash=true": [3],
      "trash=false": [1, 2, 4],
      "spam=false&trash=false": [1, 4],
      "spam=true&trash=true": [],
      "state=open&spam=false&trash=false": [1],
    };
    for (const [query, numbers] of Object.entries(expected)) {
      expect([query, await found(desk, query)]).toEqual([query, numbers]);
    }
  });

  test("R9: user_id=null is the unassigned, also inside a list, and so is an empty user_id", async () => {
    const desk = await openDesk();
    const other = await desk.server.storage.db.transact(async (tx) => {
      const input = { first_name: "Ann", last_name: null, email: "ann@desk.example" };
      return await createUser(tx, desk.account.id, input, new Faults());
    });
    await desk.ticket();
    await desk.ticket({ user_id: desk.user.id });
    await desk.ticket({ user_id: other.id });
    const expected: Record<string, number[]> = {
      "user_id=null": [1],
      "user_id=": [1],
      user_id: [1],
      [`user_id=null,${desk.user.id}`]: [1, 2],
      [`user_id=${desk.user.id},null`]: [1, 2],
      [`user_id=${desk.user.id}&user_id=null`]: [1, 2],
      [`user_id=${desk.user.id},${other.id}`]: [2, 3],
      [`user_id=null,${NOBODY}`]: [1],
      [`user_id=${NOBODY}`]: [],
      "user_id=nonsense": [],
    };
    for (const [query, numbers] of Object.entries(expected)) {
      expect([query, await found(desk, query)]).toEqual([query, numbers]);
    }
  });

  test("R9: any other empty filter is no filter", async () => {
    const desk = await openDesk();
    await desk.ticket();
    await desk.ticket({ user_id: desk.user.id });
    const names = [
      "id",
      "inbox_id",
      "label_id",
      "customer_id",
      "state",
      "type",
      "spam",
      "trash",
      "since_created_at",
      "since_updated_at",
      "q",
      "sort",
    ];
    for (const name of names) {
      for (const empty of [`${name}=`, name]) expect([empty, await found(desk, empty)]).toEqual([empty, [1, 2]]);
    }
    for (const name of names.slice(0, 8)) expect([name, await found(desk, `${name}=,`)]).toEqual([name, [1, 2]]);
    expect(await found(desk, names.map((name) => `${name}=`).join("&"))).toEqual([1, 2]);
    for (const name of ["contacts.type", "contacts.value", "since_created_at", "q", "sort"]) {
      expect((await desk.get(`/customers?${name}=`)).body).toHaveLength(2);
    }
  });

  test("R9: an unknown id matches nothing, alone or beside a known one", async () => {
    const desk = await openDesk();
    const stranger = await openDesk();
    const label = (await desk.post("/labels", { name: "VIP" })).body.id;
    const foreign = (await stranger.post("/labels", { name: "VIP" })).body.id;
    const ticket = await desk.ticket({ user_id: desk.user.id });
    await desk.patch(`/tickets/${ticket.id}`, { label_ids: [label] });
    const own: Record<string, string> = {
      id: ticket.id,
      inbox_id: desk.inbox.id,
      customer_id: ticket.customer_id,
      user_id: desk.user.id,
      label_id: label,
    };
    const theirs: Record<string, string> = {
      id: (await stranger.ticket()).id,
      inbox_id: stranger.inbox.id,
      customer_id: (await stranger.ticket()).customer_id,
      user_id: stranger.user.id,
      label_id: foreign,
    };
    for (const [name, known] of Object.entries(own)) {
      for (const unknown of [NOBODY, "51e6e9", "nonsense", "%00", known.toUpperCase(), theirs[name] ?? ""]) {
        expect([`${name}=${unknown}`, await found(desk, `${name}=${unknown}`)]).toEqual([`${name}=${unknown}`, []]);
        expect([`${name}=${unknown}`, await found(desk, `${name}=${unknown},${known}`)]).toEqual([
          `${name}=${unknown}`,
          [1],
        ]);
      }
    }
  });

  test("R9: different filters hold together", async () => {
    const desk = await openDesk();
    const label = (await desk.post("/labels", { name: "VIP" })).body.id;
    for (let index = 0; index < 8; index += 1) {
      const { id } = await desk.ticket({ user_id: index & 1 ? desk.user.id : null });
      await desk.patch(`/tickets/${id}`, {
        label_ids: index & 2 ? [label] : [],
        state: index & 4 ? "closed" : "open",
      });
    }
    expect(await found(desk, `user_id=${desk.user.id}&label_id=${label}`)).toEqual([4, 8]);
    expect(await found(desk, `user_id=null&state=closed`)).toEqual([5, 7]);
    expect(await found(desk, `user_id=null&label_id=${label}&state=closed`)).toEqual([7]);
    expect(await found(desk, `user_id=null,${desk.user.id}&label_id=${label}&state=closed,open&type=email`)).toEqual([
      3, 4, 7, 8,
    ]);
    expect(await found(desk, `label_id=${label}&label_id=&state=hold`)).toEqual([]);
    expect(await found(desk, `state=open&since_created_at=2999-01-01`)).toEqual([]);
  });

  test("R9: a value outside an enumeration is 400 and names those there are", async () => {
    const desk = await openDesk();
    const flags = ["true", "false"];
    const enumerations: Record<string, readonly string[]> = {
      state: TICKET_STATES,
      type: TICKET_TYPES,
      spam: flags,
      trash: flags,
    };
    for (const [name, allowed] of Object.entries(enumerations)) {
      for (const wrong of [
        "nonsense",
        allowed[0]?.toUpperCase() ?? "",
        `${allowed[0]},nonsense`,
        "null",
        "1",
        "%00",
        "constructor",
      ]) {
        const got = await desk.get(`/tickets?${name}=${wrong}`);
        expect([`${name}=${wrong}`, got.status]).toEqual([`${name}=${wrong}`, 400]);
        expect(got.body).toEqual({ message: `${name} must be one of: ${allowed.join(", ")}` });
      }
    }
    const got = await desk.get("/customers?contacts.type=fax");
    expect([got.status, got.body.message]).toEqual([400, "contacts.type must be one of: email, twitter, phone"]);
  });

  test("R9: contacts.type takes a comma list", async () => {
    const desk = await openDesk();
    for (const [type, value] of [
      ["email", "ruby@example.com"],
      ["twitter", "@ruby"],
      ["phone", "+14155552671"],
    ]) {
      await desk.post("/customers", { contacts: [{ type, value }] });
    }
    expect((await desk.get("/customers?contacts.type=email,phone")).body).toHaveLength(2);
    expect((await desk.get("/customers?contacts.type=twitter")).body).toHaveLength(1);
    expect((await desk.get("/customers?contacts.type=email,twitter,phone")).body).toHaveLength(3);
  });

  test("R9: 500 ids fit, and more are 400 by name", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const many = Array.from({ length: 499 }, () => NOBODY);
    expect(await found(desk, `id=${[...many, id].join(",")}`)).toEqual([1]);
    const got = await desk.get(`/tickets?id=${[...many, id, id].join(",")}`);
    expect([got.status, got.body.message]).toEqual([400, "id must have at most 500 values"]);
  });

  test("R9: a label that was deleted matches nothing", async () => {
    const desk = await openDesk();
    const label = (await desk.post("/labels", { name: "VIP" })).body.id;
    await desk.patch(`/tickets/${(await desk.ticket()).id}`, { label_ids: [label] });
    await desk.ask("DELETE", `/labels/${label}`);
    expect(await found(desk, `label_id=${label}`)).toEqual([]);
    expect(await found(desk, "")).toEqual([1]);
  });
});
