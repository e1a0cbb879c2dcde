import { describe, expect, test } from "vitest";
import { parseFixture, parseText } from "./fixture.ts";

const content = (file: { content: Uint8Array } | undefined): string => Buffer.from(file?.content ?? []).toString();

describe("bodies and attachments", () => {
  test("an inline image belongs to the HTML, and a footer after it is in both forms of the body", async () => {
    const parsed = await parseFixture("inline-image.eml");
    expect(parsed.text).toBe("See the picture.\n\n-- \nsent by a list");
    expect(parsed.html).toBe('<p>See <img src="cid:pic%40example"></p>\n<div>-- <br>\nsent by a list</div>');
    expect(parsed.attachments).toMatchObject([
      { name: "attachment-1.png", type: "image/png", size: 60, contentId: "pic@example", inline: true },
      { name: "report.pdf", type: "application/pdf", size: 5, contentId: null, inline: false },
    ]);
  });

  test("a forwarded message is one file named by its subject; its parts stay inside", async () => {
    const parsed = await parseFixture("nested-message.eml");
    expect(parsed.text).toBe("see below");
    expect(parsed.attachments.map(({ name, type }) => [name, type])).toEqual([
      ["Order №-5.eml", "message/rfc822"],
      ["invite-2.ics", "text/calendar"],
      ["attachment-3.pdf", "application/pdf"],
    ]);
    expect(content(parsed.attachments[0])).toContain("--inner--");
  });

  test("file names are read in every form in which they are sent", async () => {
    const parsed = await parseFixture("file-names.eml");
    expect(parsed.attachments.map(({ name, type }) => [name, type])).toEqual([
      ["€ rates.txt", "text/plain"],
      ["отчёт.zip", "application/zip"],
      ["two words (1).csv", "text/csv"],
      ["ciële.txt", "text/plain"],
      ["logo.gif", "image/gif"],
      ["attachment-6.txt", "text/plain"],
    ]);
  });

  test("a bounce without words shows its report, and keeps the report as a file", async () => {
    const parsed = await parseFixture("bounce.eml");
    expect(parsed.text).toContain("Status: 5.1.1");
    expect(parsed.attachments.map((file) => file.name)).toEqual(["delivery-status-1.txt", "original-headers-2.txt"]);
  });

  test("a uuencoded file is taken out of the text, and prose that looks like one is not", async () => {
    const parsed = await parseFixture("uuencoded.eml");
    expect(parsed.attachments.map((file) => [file.name, content(file)])).toEqual([["cat.txt", "Cat"]]);
    expect(parsed.text).toBe("The file is below.\n\n\nbegin 2024 with prose, not a file\nRegards");
  });

  test("a part whose transfer encoding is uuencode is decoded", async () => {
    const parsed = await parseFixture("cte-uuencode.eml");
    expect(parsed.attachments.map((file) => [file.name, content(file)])).toEqual([["cat.txt", "Cat"]]);
  });

  test("flowed lines are joined, by quote depth, and not past the signature", async () => {
    expect((await parseFixture("flowed.eml")).text).toBe("One line continues.\n> quoted too\n-- \nAda");
  });

  test("an invalid disposition is none", async () => {
    const parsed = await parseFixture("disposition-nonsense.eml");
    expect(parsed.html).toBe("<p>hello</p>");
    expect(parsed.attachments).toEqual([]);
  });
});

describe("transfer encodings that are misnamed lose nothing", () => {
  test.each([
    ["cte-7-bit.eml", "plain = words"],
    ["cte-quoted-printable.eml", "café au lait = ok =ZZ"],
    ["cte-nonsense.eml", "plain words"],
    ["cte-base64-lie.eml", "This is, plainly, not base64!"],
    ["cte-base64-footer.eml", "hello world\n____\nlist footer, added later"],
  ])("%s", async (file, text) => {
    expect((await parseFixture(file)).text).toBe(text);
  });
});

describe("boundaries", () => {
  test("one that is not declared is found", async () => {
    expect((await parseFixture("boundary-missing.eml")).text).toBe("found me");
  });

  test("one that never comes leaves the body as text", async () => {
    expect((await parseFixture("boundary-never-used.eml")).text).toBe("All the words are here.");
  });

  test("one that begins like another is not taken for it", async () => {
    const parsed = await parseFixture("boundary-similar.eml");
    expect([parsed.text, parsed.html]).toEqual(["plain", "<b>rich</b>"]);
    expect(parsed.attachments.map((file) => file.name)).toEqual(["x.png"]);
  });

  test("a message that is cut off keeps what came", async () => {
    const parsed = await parseFixture("boundary-unclosed.eml");
    expect(parsed.text).toBe("first\n\nsecond, cut off");
    expect(parsed.problems).toContain("the message ends before its last part is closed");
  });
});

test("text outside the parts, which no mail program shows, is noted", async () => {
  const parts = "--b\n\ninside\n--b--\n";
  const header = "Content-Type: multipart/mixed; boundary=b\n\n";
  expect((await parseText(`${header}This is a multi-part message in MIME format.\n${parts}`)).problems).not.toContain(
    "text above the first part was left out",
  );
  const parsed = await parseText(`${header}above\n${parts}below\n`);
  expect(parsed.problems).toEqual(
    expect.arrayContaining(["text above the first part was left out", "text below the last part was left out"]),
  );
});
