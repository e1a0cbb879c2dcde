/** What a `style` attribute of a mail may say: how text, boxes and tables look, never where they are or what they load. */
const PROPERTIES = new Set(
  (
    "background background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width " +
    "border-collapse border-color border-left border-left-color border-left-style border-left-width border-radius " +
    "border-right border-right-color border-right-style border-right-width border-spacing border-style border-top " +
    "border-top-color border-top-style border-top-width border-width box-sizing caption-side clear color direction " +
    "display empty-cells float font font-family font-size font-style font-variant font-weight height letter-spacing " +
    "line-height list-style list-style-type margin margin-bottom margin-left margin-right margin-top max-height " +
    "max-width min-height min-width overflow-wrap padding padding-bottom padding-left padding-right padding-top " +
    "table-layout text-align text-decoration text-indent text-transform unicode-bidi vertical-align white-space width " +
    "word-break word-spacing word-wrap"
  ).split(" "),
);

const FUNCTIONS = new Set(["rgb", "rgba", "hsl", "hsla"]);

/** A mail says a few things about an element; kilobytes of style are something else. */
const STYLE_LIMIT = 4000;

/** Letters of any script are there for the names of fonts. Neither `\` (escapes), nor `:`, `@`, `<`, `{` or `;`. */
const VALUE = /^[\p{L}\p{N}\s#.,%+\-_/()'"]*$/u;

/** Of the frame's own height a mail may not be made: the frame is as high as the mail. */
const OF_THE_FRAME = /\d[dsl]?v(?:h|w|i|b|min|max)\b/i;

const NO_COLOR = /^(?:inherit|initial|unset|transparent|none|0)?$/i;

export interface SafeStyle {
  style: string;
  /** Whether it says something about colours: such a mail is not legible on another ground than its own. */
  coloured: boolean;
}

/** What may stay of a `style` attribute, declaration by declaration. Linear in its length. */
export function safeStyle(text: string): SafeStyle {
  const kept: string[] = [];
  let coloured = false;
  for (const declaration of text
    .slice(0, STYLE_LIMIT)
    .replace(/\/\*.*?(?:\*\/|$)/gs, " ")
    .split(";")) {
    const colon = declaration.indexOf(":");
    const property = declaration.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const value = declaration
      .slice(colon + 1)
      .replace(/!\s*important\s*$/i, "")
      .trim();
    if (!PROPERTIES.has(property) || !isSafe(property, value)) continue;
    kept.push(`${property}:${value}`);
    if (/^(?:color|background)/.test(property) && !NO_COLOR.test(value)) coloured = true;
  }
  return { style: kept.join(";"), coloured };
}

/** A quote or bracket that stays open would take what follows into its value. */
function isClosed(value: string): boolean {
  const count = (character: string): number => value.split(character).length - 1;
  return count("'") % 2 === 0 && count('"') % 2 === 0 && count("(") === count(")");
}

function isSafe(property: string, value: string): boolean {
  if (value === "" || !VALUE.test(value) || OF_THE_FRAME.test(value) || !isClosed(value)) return false;
  for (const [, name = ""] of value.matchAll(/([\p{L}\p{N}_-]*)\s*\(/gu)) {
    if (!FUNCTIONS.has(name.toLowerCase())) return false;
  }
  // Drawn over what stands before it, a text could pretend to be part of that.
  return !(/^(?:margin|text-indent)/.test(property) && value.includes("-"));
}
