import { randomBytes } from "node:crypto";
import { Type } from "typebox";
import { beforeAll, describe, expect, test } from "vitest";
import type { Route } from "../../src/api/router.ts";
import { ACCOUNT_TABLES } from "../../src/storage/schema.ts";
import { KINDS, type Kind, type Place, type Things, nameOf, placesOf } from "../support/isolation-places.ts";
import { declaredRoutes } from "../support/openapi-check.ts";
import { receiveRefused } from "../support/furnish.ts";
import { addPasskey } from "../support/passkeys.ts";
import { type Got, type SignedIn, type TestClient, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

interface Furnished {
  desk: TestDesk;
  /** Who owns it, signed in. */
  person: SignedIn;
  things: Things;
  /** More of some kinds, which something else holds. */
  held: Partial<Things>;
  /** Every id there is. */
  ids: ReadonlySet<string>;
}

/** An account with one of each kind. What is unique in an account is held by another customer, inbox and label. */
async function furnish(): Promise<Furnished> {
  const desk = await openDesk();
  const email = `${randomBytes(6).toString("hex")}@people.example`;
  const address = `${randomBytes(6).toString("hex")}@inboxes.example`;
  const word = randomBytes(6).toString("hex");
  const make = async (path: string, body: object, who: TestClient = desk): Promise<Got["body"]> => {
    const got = await who.post(path, body);
    if (got.status >= 300) throw new Error(`${path} was refused: ${got.text}`);
    return got.body;
  };
  const file = { name: "a.txt", type: "text/plain", data: "aGVsbG8=" };
  const customer = await make("/customers", { first_name: word, contacts: [{ type: "twitter", value: word }] });
  const holder = await make("/customers", { first_name: "Holder", contacts: [{ type: "email", value: email }] });
  const inbox = await make("/inboxes", { name: "Sales" });
  const heldInbox = await make("/inboxes", { name: "Orders", address });
  const person = await desk.signIn({ role: "owner" });
  const label = (await person.post("/labels", { name: `First ${word}` })).body;
  const heldLabel = await make("/labels", { name: `Second ${word}` });
  const attachment = await make("/attachments", file);
  const used = await make("/attachments", file);
  const ticket = await make("/tickets", {
    type: "email",
    subject: word,
    customer_id: customer.id,
    inbox_id: inbox.id,
    user_id: person.user.id,
    messages: [{ type: "note", user_id: person.user.id, body: word, attachment_ids: [used.id] }],
  });
  await desk.patch(`/tickets/${ticket.id}`, { label_ids: [label.id] });
  const [message] = (await desk.get(`/tickets/${ticket.id}/messages`)).body;
  const mailbox = { inbox_id: desk.inbox.id, host: "127.0.0.1", user: "x", password: "x", folder: word };
  const things: Things = {
    ticket: ticket.id,
    message: message.id,
    attachment: attachment.id,
    user: person.user.id,
    customer: customer.id,
    contact: customer.contacts[0].id,
    inbox: inbox.id,
    label: label.id,
    email,
    address,
    labelName: heldLabel.name,
    userEmail: person.user.email,
    session: (await person.get("/sessions")).body[0].id,
    passkey: await addPasskey(desk, person.user.id),
    app: (await desk.get("/apps")).body[0].id,
    word,
    received: await receiveRefused(desk, inbox.id),
    transport: (await make("/transports", { host: "127.0.0.1" })).id,
    mailbox: (await make("/mailboxes", mailbox)).id,
    draft: (await make("/drafts", { subject: word }, person)).id,
    savedReply: (await make("/saved-replies", { name: word, body: word, shared: true }, person)).id,
    savedSearch: (await make("/saved-searches", { name: word, query: word, shared: true }, person)).id,
    undo: (await make("/tickets/bulk", { ticket_ids: [ticket.id], changes: { state: "hold" } })).undo_id,
  };
  await person.ask("PUT", `/tickets/${ticket.id}/draft`, { body: word });
  const held = { attachment: used.id, inbox: heldInbox.id, label: heldLabel.id, customer: holder.id };
  return {
    desk,
    person,
    things,
    held,
    ids: new Set([...Object.values(things), ...Object.values(held), desk.inbox.id]),
  };
}

/** Kinds that are no ids. */
const VALUES: ReadonlySet<Kind> = new Set<Kind>(["labelName", "userEmail", "word", "email", "address"]);

/** What no account has, of the same form. */
function madeUp(kind: Kind, like: string): string {
  const digits = randomBytes(12).toString("hex");
  if (VALUES.has(kind)) return like.replace(/[0-9a-f]{12}/, digits.slice(0, 12));
  // Not a time far from the others: nothing but existence tells it from a real one.
  return like.slice(0, 12) + digits.slice(12);
}

/** Everything that an account has, row for row. */
async function rowsOf({ server: { storage }, account }: TestDesk): Promise<unknown> {
  const tables = ACCOUNT_TABLES.filter((name) => name !== "credit_windows" && name !== "idempotency_keys");
  const found = await Promise.all(
    tables.map(async (name) => {
      const rows = await storage.db.query.selectFrom(name).selectAll().where("account_id", "=", account.id).execute();
      const lines = rows.map((row) => JSON.stringify({ ...row, last_used_at: null }));
      return [name, lines.toSorted()] as const;
    }),
  );
  return Object.fromEntries(found);
}

/** An answer without what may differ between any two requests, and with what it was asked for masked. */
function masked(got: Got, value: string, own: ReadonlySet<string>): unknown {
  const writes = got.status === 201 || got.headers["total-count"] === undefined;
  const mask = (text: string): string => {
    const plain = text.replaceAll(value, "<it>").replaceAll(encodeURIComponent(value), "<it>");
    if (!writes) return plain;
    // What a write has made is new each time; what was there before stays recognisable.
    return plain
      .replace(/\b[0-9a-f]{24}\b/g, (id) => (own.has(id) ? `<own ${id}>` : "<new>"))
      .replace(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/g, '"<time>"')
      .replace(/"number":\d+/g, '"number":0')
      .replace(/"version":\d+/g, '"version":0')
      .replace(/\/invitations\/[\w-]+/g, "/invitations/<new>");
  };
  const passing = new Set(["date", "request-id", ...(writes && got.status < 300 ? ["etag", "content-length"] : [])]);
  const headers = Object.entries(got.headers)
    .filter(([name]) => !passing.has(name) && !name.startsWith("rate-limit-"))
    .map(([name, content]) => [name, mask(String(content))]);
  return { status: got.status, headers, text: mask(got.text) };
}

describe.skipIf(ENGINE_MISSING !== null)("isolation", () => {
  // What is for everybody takes keys and passwords, no ids: their own tests try them with those of others.
  const routes = declaredRoutes().filter(({ open }) => open !== true);
  let theirs: Furnished;
  let before: unknown;
  beforeAll(async () => {
    theirs = await furnish();
    before = await rowsOf(theirs.desk);
  });

  test.each(routes.map((route) => [nameOf(route), route] as const))(
    "%s gives another account's ids exactly what it gives made-up ones",
    async (_, route) => {
      for (const place of placesOf(route)) await compare(route, place);
      expect(await rowsOf(theirs.desk), "the other account is untouched").toEqual(before);
    },
    60_000,
  );

  async function compare({ verb, path, signedIn }: Route, { name, kind, ask }: Place): Promise<void> {
    const { desk, person, things, ids } = await furnish();
    const asker = signedIn === true ? person : desk;
    const send = async (value: string): Promise<unknown> => {
      const request = ask(value, things);
      const { body, type } = request;
      const got = await asker.ask(verb, request.path, body, type === undefined ? {} : { "Content-Type": type });
      return masked(got, value, ids);
    };
    const nobodys = await send(madeUp(kind, theirs.things[kind]));
    const foreign = [theirs.things[kind], theirs.held[kind]].filter((value) => value !== undefined);
    for (const value of foreign) expect(await send(value), `${name} with another account's ${kind}`).toEqual(nobodys);
    // A place where the own one makes no difference either would prove nothing.
    const isSame = SAME_FOR_ALL.has(name) || SAME_FOR_ALL.has(`${path} ${name}`);
    if (!isSame) expect(await send(things[kind]), `${name} with its own ${kind}`).not.toEqual(nobodys);
  }

  test("an endpoint, a parameter or a member that is new has to be thought about", () => {
    const options = { tag: "", summary: "", status: 200 as const };
    const fresh = { ...options, verb: "GET" as const, path: "/robots/:robot_id" };
    expect(() => placesOf(fresh)).toThrow(/robot_id is new/);
    const parameters = [{ name: "robot_id", about: "", schema: Type.String() }];
    expect(() => placesOf({ ...options, verb: "GET", path: "/tickets", parameters })).toThrow(/robot_id is new/);
    const body = Type.Object({ robot_id: Type.String() });
    expect(() => placesOf({ ...options, verb: "POST", path: "/tickets", body })).toThrow(/robot_id is new/);
    const [place] = placesOf({ ...options, verb: "POST", path: "/users/:user_id", body: Type.Object({}) });
    expect(() => place?.ask("x", theirs.things)).toThrow(/POST \/users\/:user_id is new/);
  });

  test("every kind of id stands somewhere", () => {
    const kinds = new Set(routes.flatMap(placesOf).map(({ kind }) => kind));
    expect([...kinds].toSorted()).toEqual(KINDS.toSorted());
  });
});

/** Members that are taken as they are, whoever has the same: they are compared all the same. */
const SAME_FOR_ALL = new Set([
  // Without a key there is nothing to get; with one: mail-settings.test.ts.
  "/inboxes/:inbox_id/dkim :inbox_id",
  // One user's signature: a list names nobody.
  "/inboxes/:inbox_id/signature-preview ?user_id=, in a list",
  // Their own address is no change, as a new one is none that is taken.
  "/me email",
  "/people/:user_id email",
  // Any address may be tried out.
  "/transports/test from",
  "to",
  "messages.from",
  "messages.to",
  "reply_to",
  "reply_cc",
  "cc",
  "bcc",
  "messages.cc",
  "messages.bcc",
  // Of who is signed in: to a token a draft is nobody's.
  "draft_id",
  // No message here came by mail; history.test.ts has one that did.
  "/tickets/:ticket_id/messages/:message_id/original :ticket_id",
  "/tickets/:ticket_id/messages/:message_id/original :message_id",
]);
