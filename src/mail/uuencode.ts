import { MAX_UUENCODED_FILES } from "./limits.ts";

/** Decodes a part whose whole body is uuencoded. Null when it has no "begin" line. */
export function decodeUuencoded(body: Buffer): Buffer | null {
  const lines = body.toString("latin1").split(/\r?\n/);
  const start = lines.findIndex((line) => beginLine.test(line));
  if (start < 0) return null;
  return decodeLines(lines.slice(start + 1));
}

/** Cuts uuencoded files (before MIME, the only attachments there were) out of a plain text. */
export function extractUuencoded(text: string): { text: string; files: { name: string; content: Buffer }[] } {
  if (!/^begin [0-7]{3,4} \S/m.test(text)) return { text, files: [] };
  const lines = text.split(/\r?\n/);
  const kept: string[] = [];
  const files: { name: string; content: Buffer }[] = [];
  // Searched once: without an "end" further on, "begin 644 x" is prose.
  const lastEnd = lines.lastIndexOf("end");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    const begin = i < lastEnd && files.length < MAX_UUENCODED_FILES ? beginLine.exec(line) : null;
    const end = begin === null ? i : endOfBlock(lines, i + 1);
    if (begin !== null && end > i + 1 && lines[end] === "end") {
      files.push({ name: begin[1] ?? "", content: decodeLines(lines.slice(i + 1, end)) });
      i = end;
    } else {
      kept.push(line);
    }
  }
  return { text: kept.join("\n"), files };
}

function endOfBlock(lines: string[], start: number): number {
  let end = start;
  while (end < lines.length && uuLine.test(lines[end] ?? "")) end++;
  return end;
}

const beginLine = /^begin [0-7]{3,4} (\S.*?)\s*$/;
/** A count and at most 61 characters. "end" is one by its letters, and is not by what it says. */
const uuLine = /^(?!end$)[ -`]{1,62}$/;

function decodeLines(lines: string[]): Buffer {
  const chunks: Buffer[] = [];
  for (const line of lines) {
    if (line === "end") break;
    const length = (line.charCodeAt(0) - 32) & 63;
    if (line === "" || length === 0) continue;
    const out = Buffer.alloc(length);
    for (let i = 0, at = 1; i < length; i += 3, at += 4) {
      const [a, b, c, d] = [0, 1, 2, 3].map((n) => ((line.charCodeAt(at + n) || 32) - 32) & 63);
      const group = ((a ?? 0) << 18) | ((b ?? 0) << 12) | ((c ?? 0) << 6) | (d ?? 0);
      out[i] = group >> 16;
      if (i + 1 < length) out[i + 1] = (group >> 8) & 255;
      if (i + 2 < length) out[i + 2] = group & 255;
    }
    chunks.push(out);
  }
  return Buffer.concat(chunks);
}
