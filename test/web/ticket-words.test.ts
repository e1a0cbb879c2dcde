import { beforeAll, describe, expect, test } from "vitest";
import type { Message, TicketEvent } from "../../web/src/api/types.ts";
import { faultsOf } from "../../web/src/features/customers/faults.ts";
import { changesOf, editedOf, sameEdited } from "../../web/src/features/customers/edited.ts";
import { addressesIn } from "../../web/src/features/ticket/addresses.ts";
import { previewOf } from "../../web/src/features/ticket/attachment-kinds.ts";
import { sayEvent } from "../../web/src/features/ticket/event-words.ts";
import { piecesOf, runsOf } from "../../web/src/features/ticket/plain-text.ts";
import { threadWords } from "../../web/src/features/ticket/thread-words.ts";
import { firstToRead, timelineOf } from "../../web/src/features/ticket/timeline.ts";
import { customers } from "../../web/src/i18n/en/customers.ts";
import { frame } from "../../web/src/i18n/en/frame.ts";
import { ticket } from "../../web/src/i18n/en/ticket.ts";
import { addMessages, setLanguage } from "../../web/src/i18n/t.ts";

beforeAll(() => {
  setLanguage("en");
  for (const texts of [frame, ticket, customers]) addMessages(texts);
});

const NAMES = {
  user: (id: string) => ({ ada: "Ada", ben: "Ben" })[id] ?? "Somebody",
  label: (id: string) => `label ${id}`,
  inbox: (id: string) => `inbox ${id}`,
};

function event(kind: string, changes: TicketEvent["changes"], more: Partial<TicketEvent> = {}): TicketEvent {
  const created_at = "2026-11-25T10:00:00Z";
  return { id: "e", kind, user_id: "ada", token_id: null, message_id: null, changes, created_at, ...more };
}

const said = (kind: string, changes: TicketEvent["changes"], more: Partial<TicketEvent> = {}): string[] =>
  sayEvent(event(kind, changes, more), NAMES);

describe("an event in words", () => {
  test("tells an assignment from taking it oneself and from giving it up", () => {
    expect(said("ticket.updated", { user_id: [null, "ben"] })).toEqual(["Ada assigned this to Ben"]);
    expect(said("ticket.updated", { user_id: [null, "ada"] })).toEqual(["Ada took this"]);
    expect(said("ticket.updated", { user_id: ["ben", null] })).toEqual(["Ada assigned this to nobody"]);
  });

  test("names who did it: a colleague, an app, the product itself", () => {
    const closed = { state: ["open", "closed"] };
    expect(said("ticket.updated", closed)).toEqual(["Ada closed this"]);
    expect(said("ticket.updated", closed, { user_id: null, token_id: "t" })).toEqual(["An app closed this"]);
    expect(said("ticket.updated", { state: ["snoozed", "open"] }, { user_id: null })).toEqual(["Cantrip woke this up"]);
  });

  test("says every thing that changed, and names many labels by their number", () => {
    expect(said("ticket.updated", { subject: ["a", "b"], inbox_id: ["1", "2"] })).toEqual([
      "Ada changed the subject to “b”",
      "Ada moved this to inbox 2",
    ]);
    expect(said("ticket.labeled", { label_ids: [["1"], ["1", "2"]] })).toEqual(["Ada added the label label 2"]);
    expect(said("ticket.labeled", { label_ids: [[], ["1", "2", "3", "4", "5"]] })).toEqual([
      "Ada added the labels label 1, label 2, label 3, and 2 more",
    ]);
  });

  test("tells of a delivery only that it failed, and who had it sent again", () => {
    const states = (before: string, after: string) => ({ delivery_state: [before, after] });
    expect(said("message.delivery", states("queued", "sending"), { user_id: null })).toEqual([]);
    expect(said("message.delivery", states("sending", "failed"), { user_id: null })).toEqual([
      "A reply could not be delivered",
    ]);
    expect(said("message.delivery", states("failed", "queued"))).toEqual(["Ada sent a reply again"]);
  });

  test("says nothing of what the messages show themselves, and of fields that it does not know", () => {
    expect(said("message.created", { body: [null, "x"] })).toEqual([]);
    expect(said("ticket.updated", { constructor: ["a", "b"] })).toEqual([]);
  });
});

describe("why a message is on its ticket", () => {
  test("is told in the reader's language, and as the server says it where that is not known", () => {
    expect(threadWords("it answers the message <a@b> (DMARC fails for example.com)")).toBe(
      "It answers a message of this ticket (a@b).",
    );
    expect(
      threadWords("it names ticket #12 in its subject, ticket #12, but its sender was never on that thread"),
    ).toMatch(/^It points to ticket #12, but its sender/);
    expect(threadWords("something new")).toBe("something new");
  });
});

const message = (id: string, created_at: string, more: object = {}): Message =>
  ({ id, created_at, type: "reply", direction: "in", user_id: null, ...more }) as Message;

describe("a conversation", () => {
  test("has messages and what happened in between, by their time, events in a row together", () => {
    const messages = [message("m1", "2026-01-01T10:00:00Z"), message("m2", "2026-01-01T12:00:00Z")];
    const events = ["09", "11", "11", "13"].map((hour, index) =>
      event("ticket.updated", null, { id: `e${index}`, created_at: `2026-01-01T${hour}:00:00Z` }),
    );
    const shape = timelineOf(messages, events).map((entry) =>
      entry.kind === "message" ? entry.message.id : entry.events.map(({ id }) => id).join("+"),
    );
    expect(shape).toEqual(["e0", "m1", "e1+e2", "m2", "e3"]);
  });

  test("is read from the first news that others wrote, else from what came since our last answer", () => {
    const messages = [
      message("m1", "2026-01-01T10:00:00Z"),
      message("m2", "2026-01-01T11:00:00Z", { direction: "out" }),
      message("m3", "2026-01-01T12:00:00Z"),
      message("m4", "2026-01-01T13:00:00Z", { type: "note", user_id: "ada" }),
      message("m5", "2026-01-01T14:00:00Z"),
    ];
    const unread = { unread: true, seen_at: "2026-01-01T12:30:00Z" };
    expect(firstToRead(messages, unread, "ada")).toBe(4);
    expect(firstToRead(messages, unread, "ben")).toBe(3);
    expect(firstToRead(messages, { unread: false, seen_at: "2026-01-01T15:00:00Z" }, "ada")).toBe(2);
    expect(firstToRead(messages.slice(0, 2), { unread: false }, "ada")).toBe(1);
    expect(firstToRead([], { unread: true }, "ada")).toBe(0);
  });
});

describe("a plain text", () => {
  test("has its addresses found, without the signs around them", () => {
    const links = (text: string) => piecesOf(text).flatMap(({ href }) => href ?? []);
    expect(links("See https://a.example/x?y=(1) and (http://b.example/), or ask ada@c.example.")).toEqual([
      "https://a.example/x?y=(1)",
      "http://b.example/",
      "mailto:ada@c.example",
    ]);
    expect(links("javascript:alert(1) data:text/html,x xhttp://no.example")).toEqual([]);
    expect(
      piecesOf("a https://b.example c")
        .map(({ text }) => text)
        .join(""),
    ).toBe("a https://b.example c");
  });

  test("is cut into runs by how deeply it is quoted", () => {
    expect(runsOf("mine\n> theirs\n>> older\n> > spaced\nmine again")).toEqual([
      { depth: 0, text: "mine" },
      { depth: 1, text: "theirs" },
      { depth: 2, text: "older\nspaced" },
      { depth: 0, text: "mine again" },
    ]);
  });
});

describe("addresses in a header", () => {
  test("are read with their names, quoted or not", () => {
    expect(addressesIn('Ada <ada@a.example>, "Obi, Ben \\"B\\"" <ben@b.example>, c@c.example')).toEqual([
      { name: "Ada", address: "ada@a.example" },
      { name: 'Obi, Ben "B"', address: "ben@b.example" },
      { name: "c@c.example", address: "c@c.example" },
    ]);
    expect(addressesIn(null)).toEqual([]);
  });
});

describe("a file", () => {
  test("is looked at by what it says it is, and nothing that could run is", () => {
    const types = [
      "image/PNG",
      "image/jpg",
      "application/pdf",
      "text/plain; charset=utf-8",
      "image/svg+xml",
      "text/html",
    ];
    expect(types.map((type) => previewOf({ type }))).toEqual(["image", "image", "pdf", "text", null, null]);
  });
});

describe("a customer who was refused", () => {
  const contacts = [
    { key: "a", type: "email", value: "ruby@example.com" },
    { key: "b", type: "email", value: " Ruby@Example.com" },
    { key: "c", type: "phone", value: "x" },
    { key: "d", type: "email", value: "other@example.com" },
  ] as const;

  test("has every fault at its field, and what belongs to none apart", () => {
    const faults = faultsOf(
      [
        "contacts[1].value is already used",
        "contacts[2].value must be a phone number that holds digits, such as +1 415 555 0100",
        "contacts[3].value is already used",
        "first_name must be a string",
      ],
      contacts,
    );
    expect([...faults.contacts]).toEqual([
      ["b", "It is here twice."],
      ["c", "A phone number has digits."],
      ["d", "Another customer has this contact."],
    ]);
    expect([faults.used, faults.others]).toEqual([["d"], ["first_name must be a string"]]);
  });

  test("is the same as long as only white space differs", () => {
    const before = editedOf({ id: "c", first_name: "Ruby", last_name: null, summary: null, contacts: [] });
    expect(sameEdited(before, { ...before, first_name: " Ruby ", summary: "  " })).toBe(true);
    expect(sameEdited(before, { ...before, last_name: "Miller" })).toBe(false);
    expect(changesOf(before)).toEqual({ first_name: "Ruby", last_name: null, summary: null, contacts: [] });
  });
});
