import { once } from "node:events";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";

/** What came back over a bare socket. */
export interface RawAnswer {
  status: number;
  /** Header lines as they were sent. */
  lines: string[];
  /** The values of a header, whatever its letter case. */
  all(name: string): string[];
  /** The only value of a header; undefined without one. */
  header(name: string): string | undefined;
  bytes: Buffer;
  text: string;
}

export interface Peer {
  port: number;
  host?: string;
  tls?: boolean;
}

/**
 * Sends lines and a body over a bare socket, for what polite HTTP clients would not send, and reads until the server closes.
 * `Content-Length` and `Connection: close` are added unless the lines say something else.
 */
export async function exchange(peer: Peer, lines: readonly string[], body: string | Buffer = ""): Promise<RawAnswer> {
  const says = (name: string): boolean => lines.some((line) => line.toLowerCase().startsWith(`${name}:`));
  const head = [...lines];
  if (body.length > 0 && !says("content-length") && !says("transfer-encoding")) {
    head.push(`Content-Length: ${Buffer.byteLength(body)}`);
  }
  if (!says("connection")) head.push("Connection: close");
  return await exchangeBytes(peer, Buffer.concat([Buffer.from(head.join("\r\n") + "\r\n\r\n"), Buffer.from(body)]));
}

/** As `exchange`, byte for byte. */
export async function exchangeBytes(
  { port, host = "127.0.0.1", tls = false }: Peer,
  bytes: Buffer,
): Promise<RawAnswer> {
  const socket = tls ? connectTls({ port, host, rejectUnauthorized: false }) : connect({ port, host });
  socket.on("error", () => undefined);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.write(bytes);
  await once(socket, "close");
  return readAnswer(Buffer.concat(chunks));
}

function readAnswer(answer: Buffer): RawAnswer {
  const end = answer.indexOf("\r\n\r\n");
  const [first = "", ...lines] = answer.subarray(0, Math.max(0, end)).toString("latin1").split("\r\n");
  const all = (name: string): string[] =>
    lines
      .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
      .map((line) => line.slice(name.length + 1).trim());
  const rest = answer.subarray(end + 4);
  const bytes = all("transfer-encoding").includes("chunked") ? withoutChunks(rest) : rest;
  const status = Number(first.split(" ")[1] ?? 0);
  return { status, lines, all, header: (name) => all(name)[0], bytes, text: bytes.toString("utf8") };
}

function withoutChunks(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const line = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.subarray(at, line).toString("latin1"), 16);
    if (line === -1 || !(size > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
