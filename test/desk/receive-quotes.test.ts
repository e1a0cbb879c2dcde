import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { setClock } from "../../src/domain/time.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { type MailRoom, letter, openMailRoom } from "./mail-room.ts";

const HTML = { "MIME-Version": "1.0", "Content-Type": "text/html; charset=utf-8" };

describe.skipIf(ENGINE_MISSING !== null)("quoted history and signatures", () => {
  let storage: TestStorage;
  let room: MailRoom;

  beforeAll(async () => {
    storage = await openTestStorage();
  });
  beforeEach(async () => {
    setClock(() => Date.UTC(2026, 10, 24, 12));
    room = await openMailRoom(storage);
  });
  afterEach(() => setClock());
  afterAll(async () => await storage.remove());

  const history = "On Mon, 2 Mar 2026 at 10:00, Support <help@desk.example> wrote:\r\n> Did it help?";

  test("stand in more_body, and the summary is of what is left", async () => {
    const raw = letter({}, `Yes, it did.\r\n\r\n${history}`);
    const { message, ticket, ledger } = await room.receive(raw);
    expect(message).toMatchObject({ body: "Yes, it did.", htmlized: 0 });
    expect(message?.more_body?.replaceAll("\r\n", "\n").trim()).toBe(history.replaceAll("\r\n", "\n"));
    expect(ticket?.summary).toBe("Yes, it did.");
    expect((await room.bytes(ledger)).toString()).toBe(raw);
  });

  test("stand there as a signature too", async () => {
    const { message } = await room.receive(letter({}, "Thank you\r\n\r\n-- \r\nAda Lovelace\r\nAnalyst"));
    expect(message?.body).toBe("Thank you");
    expect(message?.more_body).toMatch(/^-- \r?\nAda Lovelace\r?\nAnalyst/);
  });

  test("are split off HTML, and both halves are HTML of their own", async () => {
    const wrote = '<div class="gmail_attr">On Mon, 2 Mar 2026 at 10:00, Support wrote:<br></div>';
    const quote = `<div class="gmail_quote">${wrote}<blockquote>Did it help?</blockquote></div>`;
    const { message, ticket } = await room.receive(letter(HTML, `<div><p>Yes, it did.</p>${quote}</div>`));
    expect(message).toMatchObject({ body: "<div><p>Yes, it did.</p></div>", htmlized: 1 });
    expect(message?.more_body?.trim()).toBe(`<div>${quote}</div>`);
    expect(ticket?.summary).toBe("Yes, it did.");
  });

  test("are left where nothing else is, or where someone answers between them", async () => {
    const quoted = await room.receive(letter({ Subject: "Only" }, "> Did it help?"));
    expect(quoted.message).toMatchObject({ body: expect.stringContaining("> Did it help?"), more_body: null });
    const between = await room.receive(letter({ Subject: "Between" }, `${history}\r\nYes, it did.`));
    expect(between.message).toMatchObject({ body: expect.stringContaining("Yes, it did."), more_body: null });
  });

  test("are what a forward is about: it is shown whole", async () => {
    const header = "From: Bob <bob@example.com>\r\nSent: Monday, 2 March 2026 10:00\r\nTo: Ada\r\nSubject: Invoice";
    const body = `See below\r\n\r\n-----Original Message-----\r\n${header}\r\n\r\nPlease pay`;
    const forward = await room.receive(letter({ Subject: "FW: Invoice" }, body));
    expect(forward.message).toMatchObject({ body: expect.stringContaining("Please pay"), more_body: null });
    const answer = await room.receive(letter({ Subject: "RE: Invoice" }, body));
    expect(answer.message?.body).toBe("See below");
    expect(answer.message?.more_body).toContain("Please pay");
  });

  test("are none in a plain message, which has no more_body", async () => {
    expect((await room.receive(letter())).message).toMatchObject({ more_body: null, auto_kind: null });
  });
});
