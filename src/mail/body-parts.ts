import { htmlToText } from "../domain/text.ts";
import { cleanText } from "./charset.ts";
import { nameForType, safeFileName } from "./file-names.ts";
import { makeHeaders } from "./header-block.ts";
import { MAX_BODY_BYTES } from "./limits.ts";
import { partBytes, partText, type MimePart } from "./mime-part.ts";
import { readMimeTree } from "./mime-tree.ts";
import type { MailAttachment } from "./parsed-message.ts";
import { collectProblems, type ProblemNotes } from "./problem-notes.ts";
import { extractUuencoded } from "./uuencode.ts";

/** What stands in one place of the body: its plain and its HTML form, of which it may have either or both. */
type Segment = { plain: string[]; html: string[] };

export type Body = { text: string | null; html: string | null; attachments: MailAttachment[] };

/**
 * Sorts the leaves of a MIME tree into body and attachments. Every leaf ends in one of them. Text parts that follow
 * each other are joined in order; inside one multipart/alternative they are forms of the same text.
 */
export function collectBody(root: MimePart, raw: Buffer, problems: ProblemNotes): Body {
  const segments: Segment[] = [];
  const files: MimePart[] = [];
  const extracted: MailAttachment[] = [];
  const alternatives = new Map<MimePart, Segment>();
  let bodyBytes = 0;
  for (const leaf of leavesOf(root)) {
    const kind = textKind(leaf, segments.length > 0);
    const size = leaf.bodyEnd - leaf.bodyStart;
    if (kind !== null && bodyBytes + size > MAX_BODY_BYTES) problems.add("a very long text is kept as an attachment");
    if (kind === null || bodyBytes + size > MAX_BODY_BYTES) {
      files.push(leaf);
      continue;
    }
    bodyBytes += size;
    const content = bodyText(leaf, raw, extracted, problems);
    if (content === "") continue;
    const segment = segmentOf(leaf, segments, alternatives);
    if (!segment[kind].includes(content)) segment[kind].push(content);
  }
  if (segments.length === 0) addReportText(files, segments, raw, problems);
  const { text, html } = joinSegments(segments);
  const linked = linkedContentIds(html);
  const attachments = files.map((part, index) => toAttachment(part, index + 1, linked, raw, problems));
  return { text, html, attachments: [...attachments, ...extracted] };
}

/** Depth first, without recursion. A multipart in which no part was found is read as the text that it holds. */
function leavesOf(root: MimePart): MimePart[] {
  const leaves: MimePart[] = [];
  const pending = [root];
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part.children.length === 0) leaves.push(part);
    for (let i = part.children.length - 1; i >= 0; i--) {
      const child = part.children[i];
      if (child !== undefined) pending.push(child);
    }
  }
  return leaves;
}

function textKind(leaf: MimePart, hasText: boolean): "plain" | "html" | null {
  if (leaf.sealed || leaf.disposition === "attachment") return null;
  if (leaf.type.startsWith("multipart/")) return "plain";
  if (leaf.type !== "text/plain" && leaf.type !== "text/html") return null;
  // A text with a file name is a file, unless it is the message itself or asks to be shown.
  const isFile = leaf.fileName !== null && leaf.parent !== null && (leaf.disposition === null || hasText);
  return isFile ? null : leaf.type === "text/html" ? "html" : "plain";
}

function bodyText(leaf: MimePart, raw: Buffer, extracted: MailAttachment[], problems: ProblemNotes): string {
  const text = partText(leaf, raw, problems);
  if (leaf.type === "text/html") return text.trim();
  const { text: rest, files } = extractUuencoded(text);
  for (const { name, content } of files) {
    problems.add("a uuencoded file was taken out of the text");
    extracted.push({
      name: safeFileName(cleanText(name)) ?? nameForType("application/octet-stream", extracted.length + 1),
      type: "application/octet-stream",
      size: content.length,
      content,
      contentId: null,
      inline: false,
    });
  }
  return rest.replace(/^(?:[ \t]*\n)+/, "").trimEnd();
}

/** The segment of the outermost alternative around a leaf, or one of its own. */
function segmentOf(leaf: MimePart, segments: Segment[], alternatives: Map<MimePart, Segment>): Segment {
  let outermost: MimePart | null = null;
  for (let each = leaf.parent; each !== null; each = each.parent) {
    if (each.type === "multipart/alternative") outermost = each;
  }
  const known = outermost === null ? undefined : alternatives.get(outermost);
  if (known !== undefined) return known;
  const segment: Segment = { plain: [], html: [] };
  segments.push(segment);
  if (outermost !== null) alternatives.set(outermost, segment);
  return segment;
}

/** A bounce whose only words are its machine-readable part (RFC 3464) still shows them. */
function addReportText(files: MimePart[], segments: Segment[], raw: Buffer, problems: ProblemNotes): void {
  for (const part of files) {
    if (part.type !== "message/delivery-status" || part.bodyEnd - part.bodyStart > MAX_BODY_BYTES) continue;
    const text = partText(part, raw, problems).trim();
    if (text !== "") segments.push({ plain: [text], html: [] });
  }
}

/**
 * Both forms are complete: a part that exists in one form only is converted for the other, so that whoever shows
 * either shows everything (a list's plain footer below an HTML mail). Without any part of a form there is none.
 */
function joinSegments(segments: Segment[]): { text: string | null; html: string | null } {
  const hasText = segments.some((segment) => segment.plain.length > 0);
  const hasHtml = segments.some((segment) => segment.html.length > 0);
  const texts = segments.map(({ plain, html }) =>
    plain.length > 0 ? plain.join("\n\n") : html.map(htmlToText).join("\n\n"),
  );
  const htmls = segments.map(({ plain, html }) =>
    html.length > 0 ? html.join("\n") : plain.map(textToHtml).join("\n"),
  );
  return { text: hasText ? texts.join("\n\n") : null, html: hasHtml ? htmls.join("\n") : null };
}

function textToHtml(text: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<div>${escaped.replaceAll("\n", "<br>\n")}</div>`;
}

/** Collected once, so that many attachments and a long HTML do not multiply. */
function linkedContentIds(html: string | null): Set<string> {
  const ids = new Set<string>();
  for (const match of (html ?? "").matchAll(/cid:([^"'\s>)]{1,998})/gi)) {
    const id = match[1] ?? "";
    ids.add(id);
    try {
      ids.add(decodeURIComponent(id));
    } catch {
      // A lone "%" is part of the id.
    }
  }
  return ids;
}

function toAttachment(
  part: MimePart,
  number: number,
  linked: Set<string>,
  raw: Buffer,
  problems: ProblemNotes,
): MailAttachment {
  const content = partBytes(part, raw, problems);
  const type = part.sealed ? "application/octet-stream" : part.type;
  const subject = type === "message/rfc822" && part.fileName === null ? subjectOf(content) : null;
  const name =
    safeFileName(part.sealed ? null : part.fileName) ??
    safeFileName(subject === null ? null : `${subject.replace(/[/\\]/g, "-")}.eml`) ??
    nameForType(type, number);
  const isLinked = part.contentId !== null && linked.has(part.contentId);
  return {
    name,
    type,
    size: content.length,
    content,
    contentId: part.contentId,
    inline: part.disposition === "inline" || isLinked,
  };
}

/** The subject of a forwarded message. Only its start is looked at: a whole one may be megabytes. */
function subjectOf(message: Buffer): string | null {
  const quiet = collectProblems();
  const root = readMimeTree(message.subarray(0, 64 * 1024), quiet);
  const subject = makeHeaders(root.fields, root.charset, quiet).first("subject");
  return subject === null || subject === "" ? null : subject;
}
