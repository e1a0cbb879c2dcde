import { describe, expect, test } from "vitest";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

const NOBODY = "000000000000000000000000";

async function threeLabels(desk: TestDesk): Promise<[string, string, string]> {
  const [a, b, c] = [
    await desk.post("/labels", { name: "a" }),
    await desk.post("/labels", { name: "b" }),
    await desk.post("/labels", { name: "c" }),
  ];
  return [a.body.id, b.body.id, c.body.id];
}

async function labelsOf(desk: TestDesk, id: string): Promise<string[]> {
  return (await desk.get(`/tickets/${id}`)).body.label_ids;
}

describe.skipIf(ENGINE_MISSING !== null)("K5", () => {
  test("K5: PUT adds one or many and leaves the others, and answers 204 with no body", async () => {
    const desk = await openDesk();
    const [a, b, c] = await threeLabels(desk);
    const { id } = await desk.ticket();
    const got = await desk.ask("PUT", `/tickets/${id}/labels/${b}`);
    expect([got.status, got.text]).toEqual([204, ""]);
    expect(await labelsOf(desk, id)).toEqual([b]);
    await desk.ask("PUT", `/tickets/${id}/labels/${c},${a}`);
    expect(await labelsOf(desk, id)).toEqual([b, c, a]);
  });

  test("K5: PUT works as clients send it: with a type and no body, with an empty object, and by POST", async () => {
    const desk = await openDesk();
    const [a, b, c] = await threeLabels(desk);
    const { id } = await desk.ticket();
    const typed = { "Content-Type": "application/json" };
    expect((await desk.ask("PUT", `/tickets/${id}/labels/${a}`, undefined, typed)).status).toBe(204);
    expect((await desk.ask("PUT", `/tickets/${id}/labels/${b}`, {})).status).toBe(204);
    const override = { "X-HTTP-Method-Override": "PUT" };
    expect((await desk.ask("POST", `/tickets/${id}/labels/${c}`, undefined, override)).status).toBe(204);
    expect(await labelsOf(desk, id)).toEqual([a, b, c]);
    const remove = { "X-HTTP-Method-Override": "DELETE", ...typed };
    expect((await desk.ask("POST", `/tickets/${id}/labels/${a},${c}`, undefined, remove)).status).toBe(204);
    expect(await labelsOf(desk, id)).toEqual([b]);
  });

  test("K5: DELETE takes off one or many and leaves the others", async () => {
    const desk = await openDesk();
    const [a, b, c] = await threeLabels(desk);
    const { id } = await desk.ticket();
    await desk.patch(`/tickets/${id}`, { label_ids: [a, b, c] });
    const got = await desk.ask("DELETE", `/tickets/${id}/labels/${b}`);
    expect([got.status, got.text]).toEqual([204, ""]);
    expect(await labelsOf(desk, id)).toEqual([a, c]);
    await desk.ask("DELETE", `/tickets/${id}/labels/${c},${a}`);
    expect(await labelsOf(desk, id)).toEqual([]);
  });

  test("K5: label changes are idempotent", async () => {
    const desk = await openDesk();
    const [a, b, c] = await threeLabels(desk);
    const { id } = await desk.ticket();
    for (const path of [`${a},${b}`, `${a},${b}`, `${b},${b}`, a]) {
      expect((await desk.ask("PUT", `/tickets/${id}/labels/${path}`)).status).toBe(204);
      expect(await labelsOf(desk, id)).toEqual([a, b]);
    }
    for (const path of [`${a},${c}`, `${a},${c}`, `${a},${a}`, c]) {
      expect((await desk.ask("DELETE", `/tickets/${id}/labels/${path}`)).status).toBe(204);
      expect(await labelsOf(desk, id)).toEqual([b]);
    }
  });

  test("K5: an unknown label is 404 and changes nothing", async () => {
    const desk = await openDesk();
    const stranger = await openDesk();
    const [a, b] = await threeLabels(desk);
    const [theirs] = await threeLabels(stranger);
    const { id } = await desk.ticket();
    await desk.patch(`/tickets/${id}`, { label_ids: [b] });
    for (const verb of ["PUT", "DELETE"]) {
      for (const list of [
        NOBODY,
        `${a},${NOBODY}`,
        `${NOBODY},${b}`,
        `${a},${theirs}`,
        `${b},nonsense`,
        "nonsense",
        "%00",
        `${a},${b}%2C${NOBODY}`,
      ]) {
        const got = await desk.ask(verb, `/tickets/${id}/labels/${list}`);
        expect([list, [got.status, got.body]]).toEqual([list, [404, { message: "Not Found" }]]);
        expect(await labelsOf(desk, id)).toEqual([b]);
      }
    }
  });

  test("K5: an unknown ticket is 404", async () => {
    const desk = await openDesk();
    const stranger = await openDesk();
    const [a] = await threeLabels(desk);
    const theirs = await stranger.ticket();
    for (const verb of ["PUT", "DELETE"]) {
      for (const id of [NOBODY, "nonsense", theirs.id]) {
        const got = await desk.ask(verb, `/tickets/${id}/labels/${a}`);
        expect([got.status, got.body]).toEqual([404, { message: "Not Found" }]);
      }
    }
  });

  test("K5: a label that was deleted is unknown", async () => {
    const desk = await openDesk();
    const [a, b] = await threeLabels(desk);
    const { id } = await desk.ticket();
    await desk.ask("PUT", `/tickets/${id}/labels/${a},${b}`);
    await desk.ask("DELETE", `/labels/${a}`);
    expect((await desk.ask("PUT", `/tickets/${id}/labels/${a}`)).status).toBe(404);
    expect((await desk.ask("DELETE", `/tickets/${id}/labels/${a}`)).status).toBe(404);
    expect(await labelsOf(desk, id)).toEqual([b]);
  });

  test("K5: label_ids sets the list, as the document's sample does, and an empty one clears it", async () => {
    const desk = await openDesk();
    const [a, b, c] = await threeLabels(desk);
    const { id } = await desk.ticket();
    for (const list of [[a, b], [c], [b, a, c], []]) {
      const got = await desk.patch(`/tickets/${id}`, { label_ids: list });
      expect([got.status, got.body.label_ids]).toEqual([200, list]);
      for (const label of [a, b, c]) {
        const found = (await desk.get(`/tickets?label_id=${label}`)).body;
        expect(found).toHaveLength(list.includes(label) ? 1 : 0);
      }
    }
    for (const wrong of [null, a, [a, null], [[a]], { 0: a }]) {
      expect((await desk.patch(`/tickets/${id}`, { label_ids: wrong })).status).toBe(422);
    }
  });
});
