// Longer than most: what a mail may hold stands in one place.
import { readTokens, voidTags } from "../../domain/html-tokens.ts";
import { safeStyle } from "./safe-style.ts";

const TAGS = (
  "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em " +
  "figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small " +
  "span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr"
).split(" ");

/** Dropped with what is in them: no text for people, or text that a browser and a parser read in different ways. */
const DROPPED = (
  "applet audio canvas iframe math noembed noframes noscript object option plaintext script select style svg template " +
  "textarea title video xmp"
).split(" ");

/** Attributes that say how something looks, each with what it may say. Never a name, an id or a class: those are ours. */
const LOOKS: Record<string, RegExp> = {
  align: /^(?:left|right|center|justify|middle|top|bottom)$/i,
  alt: /^[^]{0,1000}$/,
  bgcolor: /^(?:#?[0-9a-f]{3,8}|[a-z]{3,20})$/i,
  border: /^\d{1,3}$/,
  cellpadding: /^\d{1,3}$/,
  cellspacing: /^\d{1,3}$/,
  color: /^(?:#?[0-9a-f]{3,8}|[a-z]{3,20})$/i,
  colspan: /^\d{1,3}$/,
  "data-user-id": /^[0-9a-f]{24}$/,
  datetime: /^[\w:+. -]{1,40}$/,
  dir: /^(?:ltr|rtl|auto)$/i,
  face: /^[\p{L}\p{N}\s,'"_-]{1,200}$/u,
  height: /^\d{1,4}(?:\.\d+)?(?:%|px)?$/i,
  lang: /^[a-z0-9-]{2,35}$/i,
  nowrap: /^[^]{0,10}$/,
  rowspan: /^\d{1,3}$/,
  size: /^[+-]?\d{1,2}$/,
  span: /^\d{1,3}$/,
  start: /^-?\d{1,6}$/,
  title: /^[^]{0,1000}$/,
  type: /^(?:1|a|i|disc|circle|square)$/i,
  valign: /^(?:top|middle|bottom|baseline)$/i,
  width: /^\d{1,4}(?:\.\d+)?(?:%|px)?$/i,
};

const ATTRIBUTES = [
  ...Object.keys(LOOKS),
  "style",
  "href",
  "target",
  "rel",
  "src",
  "data-blocked-src",
  "referrerpolicy",
];

/** An image in the mail itself. Not SVG, which is a document. */
const DATA_IMAGE = /^data:image\/(?:png|gif|jpe?g|webp|avif);base64,[a-z0-9+/=\s]*$/i;

/** HTML beyond these is shown as text: the parser's time grows with the depth, and it runs where all requests do. */
const LENGTH_LIMIT = 1_000_000;
const TAG_LIMIT = 10_000;
const DEPTH_LIMIT = 250;

export interface SanitizeOptions {
  /** Whether images of other hosts are loaded. */
  images: boolean;
  /** Where the attachment with this Content-ID is shown; null when there is none. */
  locate: (contentId: string) => string | null;
}

export interface SanitizedMail {
  html: string;
  /** Images of other hosts that were left out. */
  blocked: number;
  /** Whether it sets colours of its own. */
  coloured: boolean;
}

type Attributes = Record<string, string>;

/**
 * The HTML of a mail with nothing active in it: what is not known to be harmless is gone, links lead to the web, to mail
 * and to the telephone only, images come from the mail's own attachments, or from elsewhere when that is allowed.
 * Null when it is too large, or too deep, to be read in the time that there is.
 */
export async function sanitizeMail(html: string, options: SanitizeOptions): Promise<SanitizedMail | null> {
  if (isTooComplex(html)) return null;
  // With the first mail that is shown: with what it brings it is half a megabyte of sources.
  const { default: sanitizeHtml } = await import("sanitize-html");
  const mail: SanitizedMail = { html: "", blocked: 0, coloured: false };
  mail.html = sanitizeHtml(html.replaceAll("\0", ""), {
    allowedTags: TAGS,
    nonTextTags: DROPPED,
    allowedAttributes: { "*": ATTRIBUTES },
    allowedSchemes: ["http", "https", "mailto", "tel"],
    allowedSchemesByTag: { img: ["http", "https", "data"] },
    allowProtocolRelative: false,
    parseStyleAttributes: false,
    nestingLimit: DEPTH_LIMIT,
    transformTags: {
      "*": (tagName, attributes) => ({
        // What stands around everything may set its ground.
        tagName: tagName === "body" ? "div" : tagName,
        attribs: clean(tagName, attributes, options, mail),
      }),
    },
  });
  return mail;
}

function clean(tag: string, given: Attributes, options: SanitizeOptions, mail: SanitizedMail): Attributes {
  const kept: Attributes = {};
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(LOOKS, name) && LOOKS[name]?.test(value) === true) kept[name] = value;
  }
  const { style, coloured } = safeStyle(given["style"] ?? "");
  const { bgcolor, color } = kept;
  // The attribute means nothing to the element that a body becomes.
  const ground = tag === "body" && bgcolor !== undefined ? `background-color:${bgcolor}` : "";
  const styles = [ground, style].filter((each) => each !== "").join(";");
  if (styles !== "") kept["style"] = styles;
  if (coloured || bgcolor !== undefined || color !== undefined) mail.coloured = true;
  if (tag === "a") Object.assign(kept, linkTo(given["href"] ?? ""));
  if (tag === "img") Object.assign(kept, imageOf(given["src"] ?? "", options, mail));
  return kept;
}

/** A link to the web, to mail or to a telephone, in a window of its own that knows nothing of this one; or none. */
function linkTo(href: string): Attributes {
  const url = readUrl(href, ["http:", "https:", "mailto:", "tel:"]);
  return url === null ? {} : { href: url, target: "_blank", rel: "noopener noreferrer nofollow" };
}

function imageOf(src: string, { images, locate }: SanitizeOptions, mail: SanitizedMail): Attributes {
  const text = src.trim();
  if (/^cid:/i.test(text)) {
    const path = locate(unescapeId(text.slice(4)));
    return path === null ? {} : { src: path };
  }
  if (DATA_IMAGE.test(text)) return { src: text };
  const url = readUrl(text, ["http:", "https:"]);
  if (url === null) return {};
  if (images) return { src: url, referrerpolicy: "no-referrer" };
  mail.blocked += 1;
  return { "data-blocked-src": url };
}

/** RFC 2392: a Content-ID in a URL has its special characters escaped. */
function unescapeId(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A URL as a browser reads it, with one of these schemes; a relative one leads nowhere in a mail. */
function readUrl(text: string, protocols: readonly string[]): string | null {
  const absolute = text.trim().replace(/^[\\/]{2}/, "https://");
  const url = URL.parse(absolute);
  return url !== null && protocols.includes(url.protocol) ? url.href : null;
}

/** Counts tags without building anything: linear, whatever is open. */
function isTooComplex(html: string): boolean {
  if (html.length > LENGTH_LIMIT) return true;
  let tags = 0;
  let depth = 0;
  let deepest = 0;
  readTokens(html, {
    onopentagname: (start, end) => {
      tags += 1;
      if (voidTags.has(html.slice(start, end).toLowerCase())) return;
      depth += 1;
      deepest = Math.max(deepest, depth);
    },
    onclosetag: () => {
      tags += 1;
      depth = Math.max(0, depth - 1);
    },
  });
  return tags > TAG_LIMIT || deepest > DEPTH_LIMIT;
}
