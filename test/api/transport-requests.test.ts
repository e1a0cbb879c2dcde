import { beforeAll, describe, expect, test } from "vitest";
import { type RawAnswer, exchange } from "../support/raw-http.ts";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

const TYPED = "Content-Type: application/json";
const NOT_FOUND = [404, `{"message":"Not Found"}`];

let desk: TestDesk;
/** Sends a request with the desk's token over a bare socket. */
async function ask(line: string, headers: readonly string[] = [], body: string | Buffer = ""): Promise<RawAnswer> {
  const own = ["Host: localhost", `Authorization: Bearer ${desk.token}`];
  return await exchange(desk.server, [`${line} HTTP/1.1`, ...own, ...headers], body);
}

describe.skipIf(ENGINE_MISSING !== null)("what a request may look like", () => {
  beforeAll(async () => {
    desk = await openDesk();
  });

  test("T5: a POST may say PUT, PATCH or DELETE in any letter case", async () => {
    const { body: label } = await desk.post("/labels", { name: "override" });
    const { id } = await desk.ticket();
    const path = `/api/v1/tickets/${id}/labels/${label.id}`;
    for (const verb of ["PUT", "put", "Put", " pUt "]) {
      expect((await ask(`POST ${path}`, [`X-HTTP-Method-Override: ${verb}`])).status).toBe(204);
    }
    expect((await desk.get(`/tickets/${id}`)).body.label_ids).toEqual([label.id]);
    expect((await ask(`POST ${path}`, ["x-http-method-override: delete"])).status).toBe(204);
    const patched = await ask(
      `POST /api/v1/tickets/${id}`,
      ["X-HTTP-Method-Override: patch", TYPED],
      `{"subject":"New"}`,
    );
    expect(patched.status).toBe(200);
    expect((await desk.get(`/tickets/${id}`)).body).toMatchObject({ label_ids: [], subject: "New" });
  });

  test("T5: another value is 400 and nothing is done", async () => {
    const before = await desk.get("/customers?count=true&per_page=0");
    for (const verb of ["GET", "POST", "HEAD", "OPTIONS", "BREW", "PUT, DELETE", "'PUT'", "PUT;", ""]) {
      const got = await ask("POST /api/v1/customers", [`X-HTTP-Method-Override: ${verb}`, TYPED], "{}");
      expect([verb, got.status]).toEqual([verb, 400]);
      expect(got.text).toContain("PUT, PATCH, DELETE");
    }
    const after = await desk.get("/customers?count=true&per_page=0");
    expect(after.headers["total-count"]).toBe(before.headers["total-count"]);
  });

  test("T5: on another verb it means nothing", async () => {
    const { body } = await desk.post("/labels", { name: "kept" });
    const got = await ask(`GET /api/v1/labels/${body.id}`, ["X-HTTP-Method-Override: DELETE"]);
    expect(got.status).toBe(200);
    expect((await ask(`GET /api/v1/labels/${body.id}`, ["X-HTTP-Method-Override: nonsense"])).status).toBe(200);
    expect((await desk.get(`/labels/${body.id}`)).status).toBe(200);
  });

  test("T6: a body of another type, or of none, is 415", async () => {
    const { id } = await desk.ticket();
    const types = [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/jsonp",
      "application/json+x",
      "text/json",
      ";;",
      "",
    ];
    for (const line of [
      "POST /api/v1/customers",
      `PATCH /api/v1/tickets/${id}`,
      `PUT /api/v1/tickets/${id}/labels/x`,
    ]) {
      for (const type of types) {
        const got = await ask(line, [`Content-Type: ${type}`], "{}");
        expect([line, type, got.status]).toEqual([line, type, 415]);
      }
      expect((await ask(line, [], "{}")).status).toBe(415);
      expect((await ask(line, ["Transfer-Encoding: chunked"], "2\r\n{}\r\n0\r\n\r\n")).status).toBe(415);
    }
  });

  test("T6: parameters and letter case of the type do not matter", async () => {
    const types = [
      "application/json",
      "application/json; charset=utf-8",
      "APPLICATION/JSON",
      "application/json ; charset=latin1; x=y",
      "application/json;",
    ];
    for (const type of types) {
      expect([type, (await ask("POST /api/v1/customers", [`Content-Type: ${type}`], "{}")).status]).toEqual([
        type,
        201,
      ]);
    }
    const chunked = await ask("POST /api/v1/customers", [TYPED, "Transfer-Encoding: chunked"], "2\r\n{}\r\n0\r\n\r\n");
    expect(chunked.status).toBe(201);
  });

  test("T6: a body is taken as it is: one that says it is compressed is 415", async () => {
    for (const coding of ["gzip", "br", "deflate", "GZIP", "unheard-of", "identity, gzip"]) {
      const got = await ask("POST /api/v1/customers", [TYPED, `Content-Encoding: ${coding}`], "{}");
      expect([coding, got.status, got.header("accept-encoding")]).toEqual([coding, 415, "identity"]);
    }
    expect((await ask("POST /api/v1/customers", [TYPED, "Content-Encoding: Identity"], "{}")).status).toBe(201);
    expect((await ask("POST /api/v1/customers", ["Content-Encoding: gzip"])).status).toBe(201);
  });

  test("T6: a request without a body needs no type, and may say one", async () => {
    const { body: label } = await desk.post("/labels", { name: "typed" });
    const { id } = await desk.ticket();
    const labelled = `/api/v1/tickets/${id}/labels/${label.id}`;
    for (const headers of [
      [],
      [TYPED],
      ["Content-Type: text/plain"],
      [TYPED, "Content-Length: 0"],
      ["Content-Type: ;;"],
    ]) {
      expect((await ask("GET /api/v1/users", headers)).status).toBe(200);
      expect((await ask(`PUT ${labelled}`, headers)).status).toBe(204);
      expect((await ask(`DELETE ${labelled}`, headers)).status).toBe(204);
      expect((await ask(`PATCH /api/v1/tickets/${id}`, headers)).status).toBe(200);
      expect((await ask("POST /api/v1/customers", headers)).status).toBe(201);
    }
    const empty = await ask("POST /api/v1/customers", [TYPED, "Transfer-Encoding: chunked"], "0\r\n\r\n");
    expect(empty.status).toBe(201);
  });

  test("T6: the type is judged by the verb that counts", async () => {
    const { body: label } = await desk.post("/labels", { name: "doomed" });
    const override = "X-HTTP-Method-Override: DELETE";
    expect((await ask(`POST /api/v1/labels/${label.id}`, [override, "Content-Type: text/plain"], "hello")).status).toBe(
      204,
    );
    const { id } = await desk.ticket();
    const patch = "X-HTTP-Method-Override: PATCH";
    expect((await ask(`POST /api/v1/tickets/${id}`, [patch, "Content-Type: text/plain"], "{}")).status).toBe(415);
  });

  test("T6: a body that comes with GET or DELETE is not looked at", async () => {
    for (const type of ["application/json", "text/plain", ";;"]) {
      const { body: label } = await desk.post("/labels", { name: `unread ${type}` });
      expect((await ask("GET /api/v1/users", [`Content-Type: ${type}`], "{")).status).toBe(200);
      expect((await ask(`DELETE /api/v1/labels/${label.id}`, [`Content-Type: ${type}`], "{")).status).toBe(204);
    }
  });

  test("T7: JSON that cannot be parsed is 400", async () => {
    const unreadable = ["{", "{'a':1}", `{"first_name":"a\nb"}`, "{,}", "nope", `{"a":1,}`, "{} {}", " "];
    for (const body of [...unreadable, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])]) {
      const got = await ask("POST /api/v1/customers", [TYPED], body);
      expect([String(body), got.status]).toEqual([String(body), 400]);
      expect(got.text).toContain("JSON");
    }
  });

  test("T7: JSON that is no object is 422, on every verb", async () => {
    const { id } = await desk.ticket();
    const { body: label } = await desk.post("/labels", { name: "objects" });
    const lines = [
      "POST /api/v1/customers",
      `PATCH /api/v1/tickets/${id}`,
      "POST /api/v1/tickets",
      `PUT /api/v1/tickets/${id}/labels/${label.id}`,
    ];
    for (const line of lines) {
      for (const body of ["[]", "[{}]", "null", "true", "1", `"text"`]) {
        const got = await ask(line, [TYPED], body);
        expect([line, body, got.status]).toEqual([line, body, 422]);
        expect(got.text).toContain("JSON object");
      }
    }
  });

  test("T7: values are never coerced", async () => {
    const { id } = await desk.ticket();
    const wrong: [string, object, string][] = [
      [`/tickets/${id}`, { subject: 1 }, "subject"],
      [`/tickets/${id}`, { spam: "true" }, "spam"],
      [`/tickets/${id}`, { trash: 1 }, "trash"],
      [`/tickets/${id}`, { spam: null }, "spam"],
      [`/tickets/${id}`, { label_ids: "41e3dc" }, "label_ids"],
      [`/tickets/${id}`, { label_ids: [1] }, "label_ids[0]"],
      [`/tickets/${id}`, { state: true }, "state"],
      [`/tickets/${id}`, { user_id: 5 }, "user_id"],
    ];
    for (const [path, body, field] of wrong) {
      const got = await desk.patch(path, body);
      expect([field, got.status]).toEqual([field, 422]);
      expect(got.body.errors[0].message.startsWith(field)).toBe(true);
    }
    for (const body of [
      { first_name: 1 },
      { contacts: {} },
      { contacts: [1] },
      { contacts: [{ type: "email", value: 5 }] },
    ]) {
      expect((await desk.post("/customers", body)).status).toBe(422);
    }
    expect((await desk.get(`/tickets/${id}`)).body.subject).toBe("A question");
  });

  test("T8: an unknown path, a malformed id and another account's id are the same 404", async () => {
    const other = await openDesk();
    const { id: foreign } = await other.ticket();
    const ids = [
      foreign,
      "0".repeat(24),
      "x",
      "51e6e9",
      foreign.toUpperCase(),
      `${foreign}0`,
      "%20",
      "a%2Fb",
      "..%2fusers",
      "%ff%00".slice(3),
    ];
    for (const id of ids) {
      const paths = [
        `/tickets/${id}`,
        `/tickets/${id}/messages`,
        `/customers/${id}`,
        `/users/${id}`,
        `/attachments/${id}`,
        `/labels/${id}`,
      ];
      for (const path of paths) {
        const got = await ask(`GET /api/v1${path}`);
        expect([path, got.status, got.text]).toEqual([path, ...NOT_FOUND]);
      }
      for (const verb of ["PATCH", "DELETE"]) {
        const got = await ask(
          `${verb} /api/v1/labels/${id}`,
          verb === "PATCH" ? [TYPED] : [],
          verb === "PATCH" ? "{}" : "",
        );
        expect([id, got.status, got.text]).toEqual([id, ...NOT_FOUND]);
      }
    }
    for (const path of ["/nothing", "", "/tickets/x/y/z", "/users/me/too", "/tickets//messages/x"]) {
      const got = await ask(`GET /api/v1${path}`);
      expect([path, got.status, got.text]).toEqual([path, ...NOT_FOUND]);
    }
  });

  test("T8: in a body such an id is 422 by its field's name, in a filter it matches nothing", async () => {
    const other = await openDesk();
    const { id: ticket } = await desk.ticket();
    for (const id of [other.user.id, "0".repeat(24), "x", ""]) {
      for (const field of ["user_id", "inbox_id"]) {
        const got = await desk.patch(`/tickets/${ticket}`, { [field]: id });
        expect([field, id, got.status]).toEqual([field, id, 422]);
        expect(got.body.errors).toHaveLength(1);
        expect(got.body.errors[0].message).toContain(field);
      }
      const labels = await desk.patch(`/tickets/${ticket}`, { label_ids: [id] });
      expect([labels.status, labels.body.errors?.[0].message.startsWith("label_ids")]).toEqual([422, true]);
    }
    for (const id of [other.inbox.id, "0".repeat(24), "x"]) {
      for (const filter of ["id", "inbox_id", "label_id", "user_id", "customer_id"]) {
        const got = await desk.get(`/tickets?count=true&${filter}=${id}`);
        expect([filter, got.status, got.body, got.headers["total-count"]]).toEqual([filter, 200, [], "0"]);
      }
    }
  });

  test("T8: a path that exists under another verb is 405 and says which", async () => {
    const id = "0".repeat(24);
    const cases: [string, string][] = [
      ["DELETE /api/v1/tickets", "GET, HEAD, POST"],
      [`POST /api/v1/tickets/${id}`, "GET, HEAD, PATCH"],
      ["PATCH /api/v1/users/543abc", "GET, HEAD"],
      ["POST /api/v1/users", "GET, HEAD"],
      [`PUT /api/v1/customers/${id}`, "GET, HEAD, PATCH, POST"],
      [`GET /api/v1/tickets/${id}/labels/${id}`, "PUT, DELETE"],
      [`PUT /api/v1/customers/${id}/contacts/${id}`, "GET, HEAD, DELETE"],
      [`GET /api/v1/customers/${id}/contacts`, "POST"],
      ["POST /api/v1/attachments/x/content", "GET, HEAD"],
      ["OPTIONS /api/v1/labels", "GET, HEAD, POST"],
      ["PATCH /api/v1/users/", "GET, HEAD"],
      ["POST /api/v1/openapi.json", "GET, HEAD"],
    ];
    for (const [line, allow] of cases) {
      const got = await ask(line);
      expect([line, got.status]).toEqual([line, 405]);
      expect(got.header("allow")?.split(", ").toSorted()).toEqual(allow.split(", ").toSorted());
    }
  });

  test("T9: an ampersand where the question mark belongs is read as one", async () => {
    const { id } = await desk.ticket();
    const single = await ask(`GET /api/v1/tickets/${id}&embed=customer`);
    expect(JSON.parse(single.text)).toHaveProperty("customer");
    expect(JSON.parse((await ask(`GET /api/v1/tickets/${id}&embed=customer&fields=customer`)).text)).not.toHaveProperty(
      "id",
    );
    expect(JSON.parse((await ask(`GET /api/v1/tickets/${id}&embed=customer?fields=customer`)).text)).not.toHaveProperty(
      "id",
    );
    expect(JSON.parse((await ask("GET /api/v1/tickets&per_page=0")).text)).toEqual([]);
    const created = await ask("POST /api/v1/customers&fields=id", [TYPED], "{}");
    expect([created.status, Object.keys(JSON.parse(created.text))]).toEqual([201, ["id"]]);
  });

  test("T9: a broken escape is 400, in path and query", async () => {
    const broken = [
      "/tickets/%zz",
      "/tickets/%",
      "/tickets/%2",
      "/%zz",
      "/tickets/%ff",
      "/tickets?state=%zz",
      "/tickets?%zz=1",
      "/users?x=%",
      "/tickets&state=%e0%a4",
    ];
    for (const path of broken) {
      const got = await ask(`GET /api/v1${path}`);
      expect([path, got.status]).toEqual([path, 400]);
      expect(got.text).toContain("escape");
      expect(got.header("rate-limit-used")).toBe("1");
    }
  });

  test("T10: unknown parameters and fields, and read-only fields, are ignored", async () => {
    const users = await desk.get("/users?count=false&envelope=false&page=1&per_page=10");
    expect([users.status, users.body.length, users.headers["total-count"]]).toEqual([200, 1, undefined]);
    expect((await desk.get("/users?nonsense=1&embed=tickets&sort=whatever&state=x&page=0")).status).toBe(200);
    const { id, number, created_at } = await desk.ticket();
    const readOnly = {
      id: "0".repeat(24),
      number: 99,
      created_at: "2001-01-01T00:00:00Z",
      updated_at: 5,
      summary: "x",
      customer_id: 5,
    };
    const patched = await desk.patch(`/tickets/${id}`, { ...readOnly, nonsense: { a: 1 }, type: "sms", version: 7 });
    expect(patched.status).toBe(200);
    expect(patched.body).toMatchObject({ id, number, created_at, type: "email", summary: null });
    const made = await desk.post("/customers", {
      id,
      created_at,
      first_name: "Ann",
      __proto__: null,
      toString: "x",
      unknown: "\u0000",
    });
    expect([made.status, made.body.first_name]).toEqual([201, "Ann"]);
    expect(made.body.id).not.toBe(id);
  });

  test("T11: a repeated key adds to the list", async () => {
    const own = await openDesk();
    const { id: open } = await own.ticket();
    const { id: held } = await own.ticket();
    const { id: closed } = await own.ticket();
    await own.patch(`/tickets/${held}`, { state: "hold" });
    await own.patch(`/tickets/${closed}`, { state: "closed" });
    const ids = async (query: string): Promise<string[]> =>
      (await own.get(`/tickets?sort=created_at&${query}`)).body.map((ticket: { id: string }) => ticket.id);
    expect(await ids("state=open&state=hold")).toEqual([open, held]);
    expect(await ids("state=open,hold")).toEqual([open, held]);
    expect(await ids("state=open&per_page=5&state=hold,closed")).toEqual([open, held, closed]);
    const embedded = await own.get(`/tickets/${open}?embed=customer&embed=inbox&fields=customer&fields=inbox`);
    expect(Object.keys(embedded.body).toSorted()).toEqual(["customer", "inbox"]);
  });

  test("T15: a NUL is 422 in a body, by the name of its field", async () => {
    const nul = "a\u0000b";
    const { id } = await desk.ticket();
    const bodies: [string, object, string][] = [
      ["/customers", { first_name: nul }, "first_name"],
      ["/customers", { contacts: [{ type: "email", value: nul }] }, "contacts[0].value"],
      ["/labels", { name: nul }, "name"],
      ["/tickets", { type: "email", subject: nul, customer: {} }, "subject"],
      [
        "/tickets",
        { type: "email", subject: "x", customer: {}, messages: [{ type: "note", user_id: desk.user.id, body: nul }] },
        "messages[0].body",
      ],
      [
        `/tickets/${id}/messages`,
        { type: "note", user_id: desk.user.id, body: "x", attachment_ids: [nul] },
        "attachment_ids[0]",
      ],
      [`/tickets/${id}/messages`, { type: "note", user_id: nul, body: "x" }, "user_id"],
      ["/attachments", { name: nul, type: "text/plain", data: "" }, "name"],
      ["/attachments", { name: "x", type: "text/plain", data: nul }, "data"],
      ["/inboxes", { name: "x", address: nul }, "address"],
    ];
    for (const [path, body, field] of bodies) {
      const got = await desk.post(path, body);
      expect([path, field, got.status]).toEqual([path, field, 422]);
      expect(got.body.errors[0].message.startsWith(field)).toBe(true);
    }
    const patched = await desk.patch(`/tickets/${id}`, { label_ids: [nul] });
    expect([patched.status, patched.body.errors[0].message.startsWith("label_ids[0]")]).toEqual([422, true]);
  });

  test("T15: a NUL matches nothing in a filter, and is 404 in a path", async () => {
    const { id } = await desk.ticket({ subject: "nul" });
    await desk.post("/customers", { first_name: "nul", contacts: [{ type: "twitter", value: "nul" }] });
    const filters = [
      "id=%00",
      `id=${id}%00`,
      "user_id=%00",
      "inbox_id=%00",
      "label_id=%00",
      "customer_id=%00",
      "q=%00",
      "q=nul%00",
    ];
    for (const filter of filters) {
      const got = await desk.get(`/tickets?count=true&${filter}`);
      expect([filter, got.status, got.body, got.headers["total-count"]]).toEqual([filter, 200, [], "0"]);
    }
    for (const filter of [
      "contacts.value=%00",
      "contacts.value=nul%00",
      "contacts.type=twitter&contacts.value=%00nul",
      "q=%00",
    ]) {
      const got = await desk.get(`/customers?count=true&${filter}`);
      expect([filter, got.status, got.body, got.headers["total-count"]]).toEqual([filter, 200, [], "0"]);
    }
    for (const path of ["/tickets/%00", `/tickets/${id}%00`, "/%00", "/tickets%00", `/tickets/${id}/labels/%00`]) {
      const got = await ask(`${path.includes("labels") ? "PUT" : "GET"} /api/v1${path}`);
      expect([path, got.status, got.text]).toEqual([path, ...NOT_FOUND]);
    }
  });
});
