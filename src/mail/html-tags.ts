import { readTokens } from "../domain/html-tokens.ts";

/** Is told of tags and text in their order; offsets are into the HTML. */
export type TagReader = {
  /** `attributes` holds those that marks are looked for in, as ` name=value`. */
  open(name: string, attributes: string, start: number, end: number): void;
  close(name: string, end: number): void;
  text(content: string, start: number, end: number): void;
};

export function readTags(html: string, reader: TagReader): void {
  let name = "";
  let nameStart = 0;
  let attribute = "";
  let attributes = "";
  const opened = (end: number): void => reader.open(name, attributes, nameStart - 1, end + 1);
  const value = (text: string): void => {
    const isKept = keptAttributes.has(attribute) && attributes.length < MAX_ATTRIBUTES;
    if (isKept) attributes += text.slice(0, MAX_ATTRIBUTES);
  };
  readTokens(html, {
    onopentagname: (start, end) => {
      nameStart = start;
      name = html.slice(start, end).toLowerCase();
      attributes = "";
    },
    onattribname: (start, end) => {
      attribute = html.slice(start, end).toLowerCase();
      value(` ${attribute}=`);
    },
    onattribdata: (start, end) => value(html.slice(start, end)),
    onattribentity: (codepoint) => value(String.fromCodePoint(codepoint)),
    onopentagend: opened,
    onselfclosingtag: opened,
    onclosetag: (start, end) => {
      const after = html.indexOf(">", end);
      reader.close(html.slice(start, end).toLowerCase(), after < 0 ? html.length : after + 1);
    },
    ontext: (start, end) => reader.text(html.slice(start, end), start, end),
    ontextentity: (codepoint, end) => reader.text(String.fromCodePoint(codepoint), end, end),
    oncdata: (start, end) => reader.text(html.slice(start, end), start, end),
  });
}

/** What marks are looked for in. A few hundred characters hold every class of a mail program. */
const keptAttributes = new Set(["id", "class", "name", "type", "width", "height", "style"]);
const MAX_ATTRIBUTES = 500;
