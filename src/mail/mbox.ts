/** `offset` is that of the separator line; `bytes` runs to the next one. */
export type MboxMessage = { raw: Buffer; offset: number; bytes: number; cut: boolean };

/**
 * Splits an mbox stream (RFC 4155) at its "From " lines, which stand at the start or after a blank line, and takes
 * one ">" off quoted ones (the mboxrd rule). Holds one message and one chunk. Because many programs do not quote,
 * "From " in prose is told from a separator by the time or the bare address that follows it.
 */
export async function* splitMbox(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<MboxMessage> {
  let current: MessageLines | null = null;
  let offset = 0;
  let afterBlank = true;
  for await (const line of linesOf(chunks)) {
    if (afterBlank && (offset === 0 ? isFrom(line) : isSeparator(line))) {
      if (current !== null) yield current.finish(offset);
      current = new MessageLines(offset, maxBytes);
    } else {
      current?.add(line);
    }
    offset += line.length;
    afterBlank = line.length <= 2 && (line[0] === 0x0a || (line[0] === 0x0d && line[1] === 0x0a));
  }
  if (current !== null) yield current.finish(offset);
}

class MessageLines {
  private readonly offset: number;
  private readonly maxBytes: number;
  private readonly lines: Buffer[] = [];
  private size = 0;
  private cut = false;

  constructor(offset: number, maxBytes: number) {
    this.offset = offset;
    this.maxBytes = maxBytes;
  }

  add(line: Buffer): void {
    if (this.size + line.length > this.maxBytes) {
      this.cut = true;
      return;
    }
    const kept = isQuotedFrom(line) ? line.subarray(1) : line;
    this.lines.push(kept);
    this.size += kept.length;
  }

  finish(end: number): MboxMessage {
    // The blank line above a separator belongs to the mailbox, not to the message.
    const last = this.lines.at(-1);
    if (last !== undefined && last.length <= 2 && last.at(-1) === 0x0a && last[0] !== 0x20) this.lines.pop();
    return { raw: Buffer.concat(this.lines), offset: this.offset, bytes: end - this.offset, cut: this.cut };
  }
}

const isFrom = (line: Buffer): boolean => line.length >= 5 && line.toString("latin1", 0, 5) === "From ";

function isSeparator(line: Buffer): boolean {
  if (!isFrom(line)) return false;
  const text = line.toString("latin1", 0, 300).trimEnd();
  return /^From \S+\s.*\d{1,2}:\d{2}/.test(text) || /^From \S+@\S+$/.test(text);
}

function isQuotedFrom(line: Buffer): boolean {
  return line[0] === 0x3e && /^>+From /.test(line.toString("latin1", 0, 100));
}

/** A line longer than this is handed on in pieces: a file without line ends must not be gathered whole. */
const MAX_LINE_BYTES = 1024 * 1024;

/** Lines with their line ends. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const data: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let newline = data.indexOf(0x0a); newline >= 0; newline = data.indexOf(0x0a, start)) {
      yield data.subarray(start, newline + 1);
      start = newline + 1;
    }
    rest = data.subarray(start);
    if (rest.length > MAX_LINE_BYTES) {
      yield rest;
      rest = Buffer.alloc(0);
    }
  }
  if (rest.length > 0) yield rest;
}
