import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { htmlToText, summarize } from "../../src/domain/text.ts";

describe("htmlToText", () => {
  test.each([
    ["<p>Hello&nbsp;<b>big</b>   world</p><p>two<br>three</p>", "Hello big world\n\ntwo\nthree"],
    ["<title>t</title><style>a{}</style><script>x</script><!-- c -->seen", "seen"],
    ["<head><style>a{}</style><body>an unclosed head", "an unclosed head"],
    ["<ul><li>a<li>b</ul><table><tr><td>1</td><td>2</td></tr></table>", "- a\n- b\n1 2"],
    ["<pre>a\n  b</pre>after", "a\n  b\nafter"],
    ["&copy;&eacute;&#x1F600; 1 < 2 &unknown;", "©é😀 1 < 2 &unknown;"],
    ["<DIV>one</DIV><DIV>two</DIV>", "one\ntwo"],
    ["", ""],
  ])("%s", (html, text) => {
    expect(htmlToText(html)).toBe(text);
  });

  test.each(["<div>", "<span></b>", "<", "<!--", "&", "<a b='"])("10 MB of %s take linear time", (piece) => {
    const start = performance.now();
    htmlToText(piece.repeat(10_000_000 / piece.length));
    expect(performance.now() - start).toBeLessThan(8000);
  });

  test("any markup gives a text", () => {
    const token = fc.constantFrom(
      "<p>",
      "</p>",
      "<head>",
      "<body>",
      "<style>",
      "<pre>",
      "&#0;",
      "&lt;",
      "x",
      "<!--",
      '"',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(token, fc.string())), (parts) => {
        expect(htmlToText(parts.join(""))).not.toContain("\0");
      }),
    );
  });
});

describe("summarize", () => {
  test("collapses blank space and leaves a short text whole", () => {
    expect(summarize("  Hello\n\n  there\tyou ")).toBe("Hello there you");
  });

  test("cuts a long text at the end of a word", () => {
    const summary = summarize("word ".repeat(100));
    expect(summary).toMatch(/^(word )+word$/);
    expect(summary.length).toBeLessThanOrEqual(140);
    expect(summary.length).toBeGreaterThan(130);
  });

  test("never cuts a character in two", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), (text) => {
        const summary = summarize(text);
        expect(summary.isWellFormed()).toBe(text.isWellFormed());
        expect(summary.length).toBeLessThanOrEqual(140);
      }),
    );
    expect(summarize(`a${"😀".repeat(100)}`)).toBe(`a${"😀".repeat(69)}`);
  });
});
