import { decodeCharset, cleanText } from "./charset.ts";
import { decodeRaw, type HeaderField } from "./header-block.ts";
import { readParameters } from "./header-parameters.ts";
import type { ProblemNotes } from "./problem-notes.ts";
import { decodeTransfer } from "./transfer-encoding.ts";

/** A node of the MIME tree. Offsets are into the raw message; `bodyEnd` excludes the break before a boundary. */
export type MimePart = {
  parent: MimePart | null;
  depth: number;
  start: number;
  bodyStart: number;
  bodyEnd: number;
  fields: HeaderField[];
  /** `type/subtype` in lower case, the default of RFC 2045 5.2 where there is none or it is not valid. */
  type: string;
  charset: string | null;
  flowed: "no" | "yes" | "delsp";
  boundary: string | null;
  /**
   * Null for none and for anything unknown: RFC 2183 2.8 reads an unknown one as attachment, but programs that
   * misspell it mean their text to be read.
   */
  disposition: "attachment" | "inline" | null;
  fileName: string | null;
  contentId: string | null;
  transferEncoding: string | null;
  children: MimePart[];
  /** Kept whole, header and all, because a limit was reached here. */
  sealed: boolean;
};

export function newPart(parent: MimePart | null, start: number): MimePart {
  return {
    parent,
    depth: parent === null ? 0 : parent.depth + 1,
    start,
    bodyStart: start,
    bodyEnd: start,
    fields: [],
    type: parent?.type === "multipart/digest" ? "message/rfc822" : "text/plain",
    charset: null,
    flowed: "no",
    boundary: null,
    disposition: null,
    fileName: null,
    contentId: null,
    transferEncoding: null,
    children: [],
    sealed: false,
  };
}

/** Fills in what the Content- fields say. Of a repeated field the first counts. */
export function describePart(part: MimePart, fields: HeaderField[], problems: ProblemNotes): void {
  part.fields = fields;
  const field = (name: string): string | null => {
    const raw = fields.find((candidate) => candidate.name === name)?.raw;
    return raw === undefined || raw === "" ? null : decodeRaw(raw, null, problems);
  };
  const contentType = readParameters(field("content-type") ?? "", problems);
  if (validType.test(contentType.value)) part.type = contentType.value;
  else if (contentType.value === "text" || contentType.value === "html") part.type = bareTypes[contentType.value];
  else if (contentType.value !== "") {
    problems.add(`"${contentType.value.slice(0, 60)}" is no media type; read as ${part.type}`);
  }
  part.charset = contentType.parameters.get("charset") ?? null;
  if (contentType.parameters.get("format")?.toLowerCase() === "flowed") {
    part.flowed = contentType.parameters.get("delsp")?.toLowerCase() === "yes" ? "delsp" : "yes";
  }
  part.boundary = part.type.startsWith("multipart/") ? (contentType.parameters.get("boundary") ?? null) : null;

  const disposition = readParameters(field("content-disposition") ?? "", problems);
  if (disposition.value === "attachment" || disposition.value === "inline") part.disposition = disposition.value;
  part.fileName = disposition.parameters.get("filename") || contentType.parameters.get("name") || null;
  part.fileName ??= lastOfPath(field("content-location"));
  part.contentId = contentIdOf(field("content-id"));
  part.transferEncoding = field("content-transfer-encoding");
}

const validType = /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/;
const bareTypes = { text: "text/plain", html: "text/html" } as const;

function contentIdOf(text: string | null): string | null {
  const id = (text ?? "").replace(/^[\s<]+|[\s>]+$/g, "").slice(0, 998);
  return id === "" ? null : cleanText(id);
}

/** Content-Location names the resource, and often is all the name there is. A URL's query is no part of it. */
function lastOfPath(location: string | null): string | null {
  const name = /([^/\\?#]{1,255})(?:[?#].*)?$/.exec((location ?? "").slice(0, 2000).trim())?.[1] ?? null;
  return name !== null && /\.[A-Za-z0-9]{1,8}$/.test(name) ? name : null;
}

export function partBytes(part: MimePart, raw: Buffer, problems: ProblemNotes): Buffer {
  if (part.sealed) return raw.subarray(part.start, part.bodyEnd);
  const body = raw.subarray(part.bodyStart, part.bodyEnd);
  return decodeTransfer(body, part.transferEncoding, part.type.startsWith("text/"), problems);
}

/** The text of a part with "\n" line ends, flowed lines joined (RFC 3676). */
export function partText(part: MimePart, raw: Buffer, problems: ProblemNotes): string {
  const bytes = partBytes(part, raw, problems);
  const charset = part.charset ?? (part.type === "text/html" ? charsetInHtml(bytes) : null);
  const text = cleanText(decodeCharset(bytes, charset, problems)).replace(/\r\n?/g, "\n");
  return part.flowed === "no" || part.type !== "text/plain" ? text : joinFlowed(text, part.flowed === "delsp");
}

function charsetInHtml(bytes: Buffer): string | null {
  return /<meta[^>]{1,200}charset=["']?([\w.:-]{1,40})/i.exec(bytes.toString("latin1", 0, 2048))?.[1] ?? null;
}

/** RFC 3676 4: a line that ends in a blank goes on in the next one of the same quote depth; "-- " never does. */
function joinFlowed(text: string, dropBlank: boolean): string {
  const out: string[] = [];
  let open: { quotes: string; pieces: string[] } | null = null;
  const close = (): void => {
    if (open !== null) out.push(open.pieces.join(""));
    open = null;
  };
  for (const line of text.split("\n")) {
    const quotes: string = /^>{0,200}/.exec(line)?.[0] ?? "";
    const content = line.slice(quotes.length).replace(/^ /, "");
    if (open !== null && open.quotes !== quotes) close();
    const isSignature = content === "-- ";
    if (isSignature) close();
    const goesOn = content.endsWith(" ") && !isSignature;
    const piece = goesOn && dropBlank ? content.slice(0, -1) : content;
    if (open === null) open = { quotes, pieces: [quotes === "" ? piece : `${quotes} ${piece}`] };
    else open.pieces.push(piece);
    if (!goesOn) close();
  }
  close();
  return out.join("\n");
}
