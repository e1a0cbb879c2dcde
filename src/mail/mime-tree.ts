// Longer than most: one loop over the lines of a message whose states have to be read together.
import { isFieldStart, isKnownField, readFields } from "./header-block.ts";
import {
  MAX_BOUNDARY_LENGTH,
  MAX_HEADER_BYTES,
  MAX_HEADER_FIELDS,
  MAX_HEADER_LOOKAHEAD,
  MAX_NESTING_DEPTH,
  MAX_PARTS,
} from "./limits.ts";
import { describePart, newPart, type MimePart } from "./mime-part.ts";
import type { ProblemNotes } from "./problem-notes.ts";

/**
 * Takes a message apart by RFC 2046 5.1, in one pass over its lines, without recursion and without copying: every
 * part is a pair of offsets into `raw`. Nested messages (message/rfc822) stay closed: they are attachments.
 */
export function readMimeTree(raw: Buffer, problems: ProblemNotes): MimePart {
  const root = newPart(null, skipBlankLines(raw));
  const open = new OpenBoundaries();
  let part: MimePart | null = root;
  let header: HeaderLines | null = new HeaderLines(raw, problems);
  let parts = 1;
  let position = root.start;
  while (position < raw.length) {
    const newline = raw.indexOf(0x0a, position);
    const next = newline < 0 ? raw.length : newline + 1;
    const hit = raw[position] === 0x2d && raw[position + 1] === 0x2d ? open.match(raw, position, next) : null;
    if (hit !== null) {
      if (part !== null && header !== null) beginBody(part, header, position, open, problems);
      closeParts(part, hit.multipart, beforeBreak(raw, position));
      open.popAbove(hit.multipart, hit.closes);
      header = null;
      part = hit.closes ? hit.multipart.parent : hit.multipart;
      if (hit.note !== null) problems.add(hit.note);
      if (!hit.closes && parts >= MAX_PARTS) {
        problems.add(`more than ${MAX_PARTS} parts; the rest is kept as one attachment`);
        sealRest(hit.multipart, position, raw.length);
        return root;
      }
      if (!hit.closes) {
        if (hit.multipart.children.length === 0) notePreamble(raw, hit.multipart, position, problems);
        parts++;
        part = newPart(hit.multipart, next);
        hit.multipart.children.push(part);
        header = new HeaderLines(raw, problems);
      }
    } else if (header !== null && part !== null) {
      const bodyStart = header.take(position, next, part);
      if (bodyStart >= 0) {
        beginBody(part, header, bodyStart, open, problems);
        header = null;
        // A line that turned out to be body is looked at again, since it may be a boundary.
        if (bodyStart === position) continue;
      }
    } else if (part !== null && raw[position] === 0x2d && raw[position + 1] === 0x2d) {
      if (open.guess(part, raw, position, next, problems)) continue;
    }
    if (hit === null && header === null && (part === null || part.children.length > 0)) {
      if ((raw[position] ?? 0) > 0x20) problems.add("text below the last part was left out");
    }
    position = next;
  }
  if (part !== null && header !== null) beginBody(part, header, raw.length, open, problems);
  if (open.size() > 0 && root.children.length > 0) problems.add("the message ends before its last part is closed");
  closeParts(part, null, raw.length);
  return root;
}

/** Ends every part from `part` up to, and without, `multipart`. */
function closeParts(part: MimePart | null, multipart: MimePart | null, end: number): void {
  for (let each = part; each !== null && each !== multipart; each = each.parent) {
    each.bodyEnd = Math.max(each.bodyStart, end);
  }
  if (multipart !== null) multipart.bodyEnd = Math.max(multipart.bodyStart, end);
}

function beginBody(
  part: MimePart,
  header: HeaderLines,
  bodyStart: number,
  open: OpenBoundaries,
  problems: ProblemNotes,
): void {
  part.bodyStart = bodyStart;
  part.bodyEnd = bodyStart;
  describePart(part, readFields(header.lines), problems);
  if (!part.type.startsWith("multipart/")) return;
  if (part.depth >= MAX_NESTING_DEPTH) {
    problems.add(`parts nested deeper than ${MAX_NESTING_DEPTH}; kept as an attachment`);
    part.sealed = true;
  } else if (part.boundary !== null && part.boundary.length <= MAX_BOUNDARY_LENGTH) {
    open.push(part, part.boundary);
  }
}

function sealRest(multipart: MimePart, start: number, end: number): void {
  const rest = newPart(multipart, start);
  rest.bodyStart = start;
  rest.sealed = true;
  multipart.children.push(rest);
  for (let each: MimePart | null = rest; each !== null; each = each.parent) each.bodyEnd = end;
}

/** Above the first part stands a line for programs of 1992; anything else there is worth a note. */
function notePreamble(raw: Buffer, multipart: MimePart, end: number, problems: ProblemNotes): void {
  const preamble = raw.toString("latin1", multipart.bodyStart, Math.min(end, multipart.bodyStart + 1000));
  if (/\S/.test(preamble) && !/mime|multi-?part/i.test(preamble)) {
    problems.add("text above the first part was left out");
  }
}

/** The line break before a boundary belongs to the boundary. */
function beforeBreak(raw: Buffer, position: number): number {
  if (raw[position - 1] !== 0x0a) return position;
  return raw[position - 2] === 0x0d ? position - 2 : position - 1;
}

function skipBlankLines(raw: Buffer): number {
  let position = 0;
  // A byte order mark or blank lines above the header come from editors and pipes.
  if (raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf) position = 3;
  while (raw[position] === 0x0a || (raw[position] === 0x0d && raw[position + 1] === 0x0a)) position++;
  return position;
}

/** The lines of one header. */
class HeaderLines {
  readonly lines: string[] = [];
  private readonly raw: Buffer;
  private readonly problems: ProblemNotes;
  private bytes = 0;
  private fields = 0;
  private knownFieldAt = -1;

  constructor(raw: Buffer, problems: ProblemNotes) {
    this.raw = raw;
    this.problems = problems;
  }

  /** Takes the line at `start`. Answers where the body starts once that is known, else -1. */
  take(start: number, next: number, part: MimePart): number {
    const end = lineEnd(this.raw, start, next);
    if (end === start) return next;
    const line = this.raw.toString("latin1", start, Math.min(end, start + MAX_HEADER_BYTES));
    const folded = line.charCodeAt(0) === 0x20 || line.charCodeAt(0) === 0x09;
    const starts = !folded && isFieldStart(line);
    if (starts) this.fields++;
    else if (this.lines.length === 0 && /^>?From /.test(line)) return -1;
    else if (!folded || this.lines.length === 0) {
      if (!this.headerGoesOn(next)) {
        // Nothing below is a header: the blank line before the body is missing.
        if (part.parent === null) this.problems.add("no blank line between header and body");
        return start;
      }
      this.problems.add("a stray line in the header was joined to the field above it");
    }
    this.bytes += line.length;
    if (this.bytes > MAX_HEADER_BYTES || this.fields > MAX_HEADER_FIELDS) {
      this.problems.add("the header is too long; its end was left out");
    } else {
      this.lines.push(line);
    }
    return -1;
  }

  /** Whether a known field stands below, before a blank line. What was found is kept, so that all stays linear. */
  private headerGoesOn(from: number): boolean {
    if (this.knownFieldAt >= from) return true;
    const limit = Math.min(this.raw.length, from + MAX_HEADER_LOOKAHEAD);
    for (let position = from; position < limit;) {
      const newline = this.raw.indexOf(0x0a, position);
      const next = newline < 0 ? this.raw.length : newline + 1;
      const end = lineEnd(this.raw, position, next);
      if (end === position) return false;
      if (isKnownField(this.raw.toString("latin1", position, Math.min(end, position + 300)))) {
        this.knownFieldAt = position;
        return true;
      }
      position = next;
    }
    return false;
  }
}

function lineEnd(raw: Buffer, start: number, next: number): number {
  let end = next;
  if (end > start && raw[end - 1] === 0x0a) end--;
  if (end > start && raw[end - 1] === 0x0d) end--;
  return end;
}

type BoundaryHit = { multipart: MimePart; closes: boolean; note: string | null };

/** The multiparts that are open, innermost last. A line is compared with all of them by one look-up. */
class OpenBoundaries {
  private readonly stack: { part: MimePart; boundary: string }[] = [];
  private readonly byBoundary = new Map<string, MimePart[]>();

  size(): number {
    return this.stack.length;
  }

  push(part: MimePart, boundary: string): void {
    const key = Buffer.from(boundary, "utf8").toString("latin1").trimEnd();
    if (key === "") return;
    this.stack.push({ part, boundary: key });
    const same = this.byBoundary.get(key);
    if (same) same.push(part);
    else this.byBoundary.set(key, [part]);
  }

  /** Closes what is inside `multipart`, and itself too if `inclusive`. */
  popAbove(multipart: MimePart, inclusive: boolean): void {
    for (let top = this.stack.at(-1); top !== undefined; top = this.stack.at(-1)) {
      if (top.part === multipart && !inclusive) return;
      this.stack.pop();
      this.byBoundary.get(top.boundary)?.pop();
      if (top.part === multipart) return;
    }
  }

  match(raw: Buffer, start: number, next: number): BoundaryHit | null {
    if (this.stack.length === 0 || next - start > MAX_BOUNDARY_LENGTH + 100) return null;
    const line = raw.toString("latin1", start + 2, next).trimEnd();
    const find = (key: string): MimePart | undefined => this.byBoundary.get(key)?.at(-1);
    const opens = find(line);
    if (opens) return { multipart: opens, closes: false, note: null };
    const closes = line.endsWith("--") ? find(line.slice(0, -2).trimEnd()) : undefined;
    if (closes) return { multipart: closes, closes: true, note: null };
    const typo = line.endsWith("-") ? find(line.slice(0, -1)) : undefined;
    return typo ? { multipart: typo, closes: true, note: "the closing boundary is misspelt" } : null;
  }

  /** A multipart that does not say its boundary: the first line that looks like one is it. */
  guess(part: MimePart, raw: Buffer, start: number, next: number, problems: ProblemNotes): boolean {
    if (!part.type.startsWith("multipart/") || part.boundary !== null || part.sealed) return false;
    const line = raw.toString("latin1", start + 2, Math.min(next, start + MAX_BOUNDARY_LENGTH)).trimEnd();
    if (!/^[^\s-][^\s]{0,997}$/.test(line.replace(/^-+/, ""))) return false;
    problems.add("a multipart without boundary; its first dashed line was taken for it");
    part.boundary = line;
    this.push(part, line);
    return true;
  }
}
