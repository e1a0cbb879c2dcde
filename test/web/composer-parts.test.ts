import { describe, expect, test } from "vitest";
import type { Message, TicketRow } from "../../web/src/api/types.ts";
import type { Draft } from "../../web/src/api/queries/drafts.ts";
import { isAddress, readAddresses, writeAddresses } from "../../web/src/features/composer/addresses.ts";
import { draftOf, emptyContent, isEmptyBody, textToHtml, writingOf } from "../../web/src/features/composer/content.ts";
import { forwardSubject, replyAllRecipients, replyRecipients } from "../../web/src/features/composer/recipients.ts";
import { readTrigger } from "../../web/src/features/composer/trigger.ts";

const ruby = { name: "Ruby Miller", address: "ruby@example.com" };

describe("addresses that people type or paste", () => {
  test("are read with their names, each once, and what is none is told apart", () => {
    const typed = 'Ruby Miller <ruby@example.com>; "Miller, Ben" <ben@example.com>, RUBY@example.com\nnonsense';
    expect(readAddresses(typed)).toEqual({
      addresses: [ruby, { name: "Miller, Ben", address: "ben@example.com" }],
      others: ["nonsense"],
    });
    expect(readAddresses(null)).toEqual({ addresses: [], others: [] });
  });

  test("are written so that they are read again as they were", () => {
    const all = [
      ruby,
      { name: 'O"Neil, \\ Ben', address: "ben@example.com" },
      { name: "", address: "dan@example.com" },
    ];
    expect(readAddresses(writeAddresses(all)).addresses).toEqual(all);
    expect(writeAddresses([])).toBeNull();
  });

  test("need an @ with something on both sides", () => {
    expect(["a@b", "ruby+tag@mail.example.com", "jürgen@bücher.example"].filter((each) => !isAddress(each))).toEqual(
      [],
    );
    expect(["a", "@b", "a@", "a@b@c", "a b@c", "a@b.", "a@b..c", "<a@b>"].filter(isAddress)).toEqual([]);
  });
});

describe("whom an answer goes to", () => {
  const ticket = {
    reply_to: null,
    reply_cc: "boss@example.com",
    subject: "Lamps",
    customer: { first_name: "Ruby", last_name: "Miller", contacts: [{ type: "email", value: "ruby@example.com" }] },
  } as unknown as TicketRow;
  const from = (text: string, more: object = {}): Message =>
    ({
      type: "reply",
      direction: "in",
      from: text,
      from_name: "Ruby Miller",
      to: "help@desk.example",
      ...more,
    }) as never;

  test("is who wrote last, else the customer, else whoever is named for answers", () => {
    expect(replyRecipients({ ticket, messages: [] }).to).toEqual([ruby]);
    const messages = [from("ruby@example.com"), from("Dan <dan@example.com>"), { type: "note" } as never];
    expect(replyRecipients({ ticket, messages }).to).toEqual([{ name: "Dan", address: "dan@example.com" }]);
    const asked = { ...ticket, reply_to: "orders@example.com" };
    expect(replyRecipients({ ticket: asked, messages }).to).toEqual([{ name: "", address: "orders@example.com" }]);
  });

  test("are all who were on the last mail and who usually get a copy, but ourselves, each once", () => {
    const last = from("ruby@example.com", { to: "help+abc@desk.example, dan@example.com", cc: "BOSS@example.com" });
    const { to, cc } = replyAllRecipients({ ticket, messages: [last] }, ["help@desk.example"]);
    expect(to).toEqual([ruby]);
    expect(cc.map(({ address }) => address)).toEqual(["dan@example.com", "BOSS@example.com"]);
  });

  test("is told by a subject that says once that it is forwarded", () => {
    expect(forwardSubject("Lamps")).toBe("Fwd: Lamps");
    expect(forwardSubject("FWD: Fw:  WG: Lamps")).toBe("Fwd: Lamps");
    expect(forwardSubject(null)).toBe("Fwd:");
  });
});

describe("what is being written", () => {
  const file = { id: "f1", name: "a.txt", size: 1, type: "text/plain" };
  const asDraft = (input: ReturnType<typeof draftOf>, attachments: Draft["attachments"]): Draft => ({
    id: "d1",
    ticket_id: "t1",
    inbox_id: null,
    customer_id: null,
    updated_at: "2026-11-29T12:00:00Z",
    ...input,
    attachments,
    version: 1,
  });

  test("comes back from the server as it was, with the note that waits beside an answer", () => {
    const active = { ...emptyContent("reply"), to: [ruby], body: "<p>For Ruby</p>", files: [file] };
    const aside = { ...emptyContent("note"), body: '<p>"For us" &amp; <b>only</b></p></template>' };
    const input = draftOf({ active, aside }, 3);
    expect(input).toMatchObject({ kind: "reply", version: 3, attachment_ids: ["f1"] });
    expect(writingOf(asDraft(input, [file]))).toEqual({ active, aside });
    expect(writingOf(asDraft(input, [])).active.files, "gone elsewhere").toEqual([]);
  });

  test("has its images among the attachments, and not beside the text", () => {
    const body = '<p><img alt="" data-attachment-id="f1" data-cid="x@y"></p>';
    const input = draftOf({ active: { ...emptyContent("reply"), body }, aside: null }, 0);
    expect(input.attachment_ids).toEqual(["f1"]);
    expect(writingOf(asDraft(input, [file])).active).toMatchObject({ body, files: [] });
  });

  test("is nothing when only blanks are there, and something with an image or a mention", () => {
    expect(["", "<p></p>", '<p dir="auto"> &nbsp;<br></p>'].filter((body) => !isEmptyBody(body))).toEqual([]);
    expect(['<img data-attachment-id="a">', '<span data-user-id="a">@A</span>', "x"].filter(isEmptyBody)).toEqual([]);
  });

  test("keeps the lines and signs of plain text", () => {
    expect(textToHtml("Dear <Ruby>,\nhello\n\n& bye")).toBe("<p>Dear &lt;Ruby&gt;,<br>hello</p><p>&amp; bye</p>");
  });
});

describe("a sign that asks for something while one writes", () => {
  test("stands at the beginning of a word, with what was typed after it", () => {
    expect(readTrigger("/", 1)).toEqual({ character: "/", from: 0, to: 1, words: "" });
    expect(readTrigger("Hello @ben o", 12)).toEqual({ character: "@", from: 6, to: 12, words: "ben o" });
    expect(readTrigger("(@ben", 5)).toMatchObject({ words: "ben" });
  });

  test("is none inside of a word, an address, a fraction or behind a blank", () => {
    for (const text of ["and/or", "ada@example.com", "1/2", "either / or", "https://x", "@ben/x", ""]) {
      expect([text, readTrigger(text, text.length)]).toEqual([text, null]);
    }
  });
});
