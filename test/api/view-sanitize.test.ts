import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Parser } from "htmlparser2";
import { describe, expect, test } from "vitest";
import { messagePage } from "../../src/api/view/message-page.ts";
import { escapeHtml, textToHtml } from "../../src/api/view/plain-text.ts";
import { safeStyle } from "../../src/api/view/safe-style.ts";
import { type SanitizedMail, sanitizeMail } from "../../src/api/view/sanitize-mail.ts";
import { shownType } from "../../src/api/view/sniff.ts";

const FOLDER = join(import.meta.dirname, "../fixtures/html");
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".html"));
const OWN = "/view/attachments/0123456789abcdef01234567";
const locate = (contentId: string): string | null => (contentId === "logo@x" ? OWN : null);

/** Written apart from the sanitizer's own list: what may be in a page, and nothing else. */
const HARMLESS_TAGS = new Set(
  (
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em " +
    "figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section " +
    "small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr"
  ).split(" "),
);
const HARMLESS_ATTRIBUTES = new Set(
  (
    "align alt bgcolor border cellpadding cellspacing color colspan data-blocked-src data-user-id datetime dir face height " +
    "href lang nowrap referrerpolicy rel rowspan size span src start style target title type valign width"
  ).split(" "),
);

const ACTIVE_STYLE = /url|expression|import|position|var\(|[\\@<{}]|-\d{3}|vh/i;

/** Everything in a page that could do something, in words; empty for a page that is safe. */
function activeIn(html: string, images: boolean): string[] {
  const found: string[] = [];
  const parser = new Parser({
    onopentag(name, attributes) {
      if (!HARMLESS_TAGS.has(name)) found.push(`<${name}>`);
      for (const [attribute, value] of Object.entries(attributes)) {
        if (!HARMLESS_ATTRIBUTES.has(attribute)) found.push(`${attribute} on <${name}>`);
        if (attribute === "style" && ACTIVE_STYLE.test(value)) found.push(value);
        if (attribute === "href" && !/^(?:https?:\/\/|mailto:|tel:)[^\s\u0000-\u001f]*$/.test(value)) found.push(value);
        if (attribute === "src" && !isHarmlessSource(value, images)) found.push(value);
      }
      if (name === "a" && attributes["href"] !== undefined) {
        const apart = attributes["rel"] === "noopener noreferrer nofollow" && attributes["target"] === "_blank";
        if (!apart) found.push("a link");
      }
    },
    oncomment: () => void found.push("a comment"),
    onprocessinginstruction: (name) => void found.push(name),
    oncdatastart: () => void found.push("CDATA"),
  });
  parser.end(html);
  return found;
}

function isHarmlessSource(value: string, images: boolean): boolean {
  if (value === OWN || /^data:image\/(?:png|gif|jpeg|webp|avif);base64,[\w+/=]*$/.test(value)) return true;
  return images && /^https?:\/\//.test(value);
}

const sanitize = async (html: string, images = false): Promise<SanitizedMail> => {
  const mail = await sanitizeMail(html, { images, locate });
  if (mail === null) throw new Error("it is shown as text");
  return mail;
};

const reread = async (html: string): Promise<string | undefined> =>
  (await sanitizeMail(html, { images: true, locate: () => null }))?.html;

describe("hostile HTML", () => {
  test.each(FILES)("of %s leaves nothing active, with and without images, read once and read again", async (file) => {
    const html = readFileSync(join(FOLDER, file), "utf8");
    for (const images of [false, true]) {
      const { html: page } = await messagePage([{ text: html, isHtml: true }], "light", { images, locate });
      const body = page.slice(page.indexOf("<body"), page.indexOf("</body>")).replace(/^<body class="light">/, "");
      expect(activeIn(body.replace(/ class="(?:html|text)"/g, ""), images)).toEqual([]);
      // A second reading finds what the first one wrote: nothing in it is read in two ways.
      const once = await reread(html);
      if (once !== undefined) expect(await reread(once)).toBe(once);
      if (!images) expect(body.replace(/data-blocked-src="[^"]*"/g, "")).not.toMatch(/(?:src|url\()[^>]{0,3}http/);
    }
  });

  test("is enough of it: every file is read, and each would fire if it were let through", () => {
    expect(FILES.length).toBeGreaterThanOrEqual(20);
    for (const file of FILES) {
      expect(activeIn(readFileSync(join(FOLDER, file), "utf8"), false), file).not.toEqual([]);
    }
  });
});

describe("what stays of a mail", () => {
  test("is its layout: tables, inline styles, fonts, alignment", async () => {
    const html =
      '<table width="600" cellpadding="0" bgcolor="#fafafa"><tbody><tr><td align="center" valign="top" style="padding:8px 4px;' +
      'font-family:\'Segoe UI\', Arial;color:#333"><font size="2" color="red">Hi</font></td></tr></tbody></table>';
    const mail = await sanitize(html);
    expect(mail.html).toContain("padding:8px 4px;font-family:'Segoe UI', Arial;color:#333");
    expect(mail.html).toContain('<table width="600" cellpadding="0" bgcolor="#fafafa">');
    expect(mail.html).toContain('<font size="2" color="red">Hi</font>');
    expect(mail.coloured).toBe(true);
    expect((await sanitize("<p>plain <b>words</b></p>")).coloured).toBe(false);
  });

  test("is the text of what is not known, without it", async () => {
    expect((await sanitize("<custom-x>kept</custom-x><form><label>also</label></form>")).html).toBe("keptalso");
    expect((await sanitize("<title>Subject</title><style>p{}</style><p>x</p>")).html).toBe("<p>x</p>");
  });

  test("is every link to the web, to mail and to a telephone, which opens apart", async () => {
    const { html } = await sanitize(
      '<a href="https://ok.example/?a=1&amp;b=2">x</a><a href="mailto:a@ok.example">m</a><a href="//ok.example/p">p</a>',
    );
    expect(html).toContain(
      '<a href="https://ok.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer nofollow">x</a>',
    );
    expect(html).toContain('href="mailto:a@ok.example"');
    expect(html).toContain('href="https://ok.example/p"');
    expect((await sanitize('<a href="/settings">x</a><a href="javascript:x">y</a>')).html).toBe("<a>x</a><a>y</a>");
  });

  test("is its own images; those of other hosts wait until somebody asks", async () => {
    const html = '<img src="cid:logo%40x" alt="L"><img src="https://far.example/a.png"><img src="//far.example/b.png">';
    const blocked = await sanitize(html);
    expect(blocked.blocked).toBe(2);
    expect(blocked.html).toContain(`<img alt="L" src="${OWN}" />`);
    expect(blocked.html).toContain('<img data-blocked-src="https://far.example/a.png" />');
    const shown = await sanitize(html, true);
    expect(shown.blocked).toBe(0);
    expect(shown.html).toContain('<img src="https://far.example/b.png" referrerpolicy="no-referrer" />');
  });

  test("is text when it is too large, too deep or has too many elements", async () => {
    for (const html of ["<p>x</p>".repeat(200_000), "<div>".repeat(300) + "deep", "<br>".repeat(10_001) + "end"]) {
      expect(await sanitizeMail(html, { images: false, locate })).toBeNull();
      const { html: page } = await messagePage([{ text: html, isHtml: true }], "light", { images: false, locate });
      expect(page).toContain('<div class="text">');
    }
  });

  test.each([
    ["color:red; position:fixed; top:0", "color:red"],
    ["COLOR : Red ! important", "color:Red"],
    ["width:100px;height:90vh", "width:100px"],
    ["background:url(x);color:#fff", "color:#fff"],
    ["background:#fff url(x)", ""],
    ["color:rgb(1, 2, 3)", "color:rgb(1, 2, 3)"],
    ["width:calc(1px)", ""],
    ["color:r\\65 d", ""],
    ["color:red/*;*/;/* x", "color:red"],
    ["margin:-10px;padding:1px", "padding:1px"],
    ["font-family:'a;b'", ""],
  ])("of the style %j is %j", (given, kept) => {
    expect(safeStyle(given).style).toBe(kept);
  });
});

describe("a plain text as a page", () => {
  test("is escaped, with quotes in quotes", () => {
    const html = textToHtml("Hi <b>\n> one\n> > two\n>> too\nend");
    expect(html).toBe(
      '<div class="text">Hi &lt;b&gt;<blockquote>one<blockquote>two\ntoo</blockquote></blockquote>end</div>',
    );
  });

  test.each([
    ["see https://ok.example/a?b=c.", "https://ok.example/a?b=c"],
    ["(https://ok.example/x_(y))", "https://ok.example/x_(y)"],
    ["<https://ok.example>", "https://ok.example"],
    ["mail me: a.b+c@ok.example, soon", "mailto:a.b+c@ok.example"],
    ['https://ok.example/"onclick=x', "https://ok.example/"],
  ])("has links: %j leads to %s", (text, href) => {
    expect(textToHtml(text)).toContain(
      `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer nofollow">`,
    );
  });

  test("leads nowhere else", () => {
    expect(textToHtml("javascript:x data:text/html,x ftp://x.example")).not.toContain("<a");
  });
});

describe("what a browser may show of a file", () => {
  const png = Buffer.from("89504e470d0a1a0a00", "hex");
  test.each([
    ["image/png", png, "image/png"],
    ["image/png", Buffer.from("<html>"), null],
    ["text/html", png, null],
    ["image/svg+xml", Buffer.from("<svg/>"), null],
    ["text/html", Buffer.from("<p>"), null],
    ["text/plain; charset=x", Buffer.from("<script>"), "text/plain; charset=utf-8"],
    ["text/plain", Buffer.from("a\0b"), null],
    ["application/pdf", Buffer.from("%PDF-1.7"), "application/pdf"],
    ["application/pdf", Buffer.from(" %PDF-1.7"), null],
    ["image/jpg", Buffer.from("ffd8ffe0", "hex"), "image/jpeg"],
    ["image/gif", Buffer.from("GIF89a"), "image/gif"],
    ["image/webp", Buffer.from("RIFF0000WEBPVP8 "), "image/webp"],
    ["image/avif", Buffer.from("\0\0\0\x1cftypavif"), "image/avif"],
    ["constructor", png, null],
  ])("declared as %s: %#", (declared, bytes, shown) => {
    expect(shownType(declared, bytes)).toBe(shown);
  });
});
