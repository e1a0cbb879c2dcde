import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { htmlToText } from "../../src/domain/text.ts";
import { isForward, splitReply, splitReplyHtml } from "../../src/mail/quoted-reply.ts";
import { fixturePath } from "./fixture.ts";
import { cpuSeconds } from "../support/cpu-time.ts";

// A line or place "%%%%" says where the split is expected; a fixture without it is shown whole.
const folder = fixturePath("replies/");
const fixtures = readdirSync(folder).map((file) => {
  const raw = readFileSync(folder + file, "utf8");
  const [visible = "", more = null] = raw.split(/%%%%(?:\r?\n)?/);
  return { file, body: raw.replace(/%%%%(?:\r?\n)?/, ""), visible, more };
});
const texts = fixtures.filter(({ file }) => file.endsWith(".txt"));
const pages = fixtures.filter(({ file }) => file.endsWith(".html"));

const collapse = (text: string): string => text.replace(/\s+/g, " ").trim();
/** As a person reads it, pictures included. */
const read = (html: string): string => collapse(htmlToText(html.replaceAll(/<img[^>]*>/g, " [picture] ")));
const squeeze = (text: string): string => text.replace(/\s+/g, "");

describe("history and signature are split off a text", () => {
  test.each(texts)("$file", ({ body, visible, more }) => {
    const split = splitReply(body);
    expect(split.visible).toBe(more === null ? body : visible.trimEnd());
    expect(split.more === null).toBe(more === null);
    expect(squeeze(split.visible + (split.more ?? ""))).toBe(squeeze(body));
  });
});

describe("history and signature are split off HTML", () => {
  test.each(pages)("$file", ({ body, visible, more }) => {
    const split = splitReplyHtml(body);
    expect(read(split.visible)).toBe(read(visible));
    expect(more === null ? split.more : read(split.more ?? "")).toBe(more === null ? null : read(more));
  });
});

test("a message whose subject says that it is forwarded keeps Outlook's header block visible", () => {
  const text = readFileSync(`${folder}outlook-en.txt`, "utf8").replace("%%%%\n", "");
  expect(splitReply(text, { forwarded: true })).toEqual({ visible: text, more: null });
  const page = readFileSync(`${folder}outlook-web.html`, "utf8").replace("%%%%", "");
  expect(splitReplyHtml(page, { forwarded: true }).more).toBeNull();
});

test("a subject says that a message is forwarded in the words of many programs", () => {
  const subjects = ["Fwd: a", "FW: a", "WG: a", "TR : a", "RV: a", "[FWD: a]", "转发：a", "İLT: a"];
  expect(subjects.filter((subject) => !isForward({ subject }))).toEqual([]);
  expect(["Re: Fwd: a", "Forward planning", "Treasure: a", null].filter((subject) => isForward({ subject }))).toEqual(
    [],
  );
});

test("elements that are open at the cut are closed above it and opened again below", () => {
  const split = splitReplyHtml('<div style="color:red"><b>Yes.<br>-----Original Message-----<br>No?</b></div>');
  expect(split).toEqual({
    visible: '<div style="color:red"><b>Yes.</b></div>',
    more: '<div style="color:red"><b><br>-----Original Message-----<br>No?</b></div>',
  });
});

describe("no text is ever lost", () => {
  const lines = ["hello", "> quoted", "", "-- ", "On 7 Jan 2026 at 10:00 A <a@example.org> wrote:", "Subject: x"];
  lines.push(
    "-----Original Message-----",
    "From: a <a@example.org>",
    "Sent: 7 Jan 2026",
    "Sent from my iPhone",
    "____",
  );
  const piece = fc.constantFrom(...lines, "Begin forwarded message:");

  test("whatever lines a text is made of", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.boolean(), (chosen, forwarded) => {
        const body = chosen.join("\n");
        const { visible, more } = splitReply(body, { forwarded });
        expect(squeeze(visible + (more ?? ""))).toBe(squeeze(body));
        if (squeeze(body) !== "") expect(squeeze(visible)).not.toBe("");
      }),
      { numRuns: 500 },
    );
  });

  test("whatever tags an HTML body is made of", () => {
    const tags = [
      "<div>",
      "</div>",
      "<blockquote type=cite>",
      "</blockquote>",
      "<br>",
      "<p>",
      "<td>",
      "<b",
      "&lt;",
      "</x>",
      "<pre>",
      "\n",
    ];
    const marks = [
      '<div class="gmail_quote">',
      '<div id="divRplyFwdMsg">',
      "<hr>",
      '<div class="moz-signature">',
      "<!--x-->",
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.constantFrom(...tags, ...marks)), { maxLength: 40 }), (parts) => {
        const { visible, more } = splitReplyHtml(parts.join(""));
        expect(squeeze(htmlToText(visible) + htmlToText(more ?? ""))).toBe(squeeze(htmlToText(parts.join(""))));
      }),
      { numRuns: 500 },
    );
  });

  test("a text as it was typed that ends in an entity is cut behind its element's end, not inside of that", () => {
    const { visible, more } = splitReplyHtml("<pre>1 &lt;</div>-- \nAda");
    expect([visible, more]).toEqual(["<pre>1 &lt;</pre>", "<pre></div>-- \nAda"]);
  });

  test("text below a quote is never split off, quoted in whatever way", () => {
    const below = "I pressed it, and it works.";
    const quoting = texts.filter(({ file, more }) => /^(?:gmail|apple|thunderbird|thread)/.test(file) && more !== null);
    expect(quoting.length).toBeGreaterThan(25);
    for (const { more } of quoting) {
      expect(splitReply(`Hi.\n\n${more}\n${below}\n`).visible).toContain(below);
    }
  });
});

describe("hostile bodies take linear time", () => {
  const fill = (piece: string): string => piece.repeat(Math.ceil(10_000_000 / piece.length));
  const bodies: [string, string][] = [
    ...["a\n", "wrote:\n", "x@y wrote 2020 <\n", "> q\ntext\n", " ", "-----Original ", ">", "-- \n"].map(
      (piece): [string, string] => [JSON.stringify(piece), fill(piece)],
    ),
    ["within the limit of lines", "On 7 Jan 2026 <a@example.org> wrote:\nFrom: a\n> b\n".repeat(60_000)],
  ];
  test.each(bodies)("a text of %s", (_name, body) => {
    const start = cpuSeconds();
    const { visible, more } = splitReply(body);
    expect(visible.length + (more?.length ?? 0)).toBeGreaterThan(0);
    expect(cpuSeconds() - start).toBeLessThan(3);
  });

  const pieces = ["<div>", "<blockquote>", "<", '<div id="', "class=name=", "a<br>", "</a </b", "&lt;", "<i></b>"];
  test.each(pieces)("HTML of %s", (piece) => {
    const start = cpuSeconds();
    const { visible, more } = splitReplyHtml(`<p>a</p>${fill(piece)}`);
    expect(visible.length + (more?.length ?? 0)).toBeGreaterThan(0);
    expect(cpuSeconds() - start).toBeLessThan(4);
  });
});
