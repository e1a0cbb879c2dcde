import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { qualityOf } from "./negotiation.ts";

/** Bodies from this many bytes on are compressed for who takes that (T3). */
export const COMPRESS_FROM = 1024;

/** Quality 11, the default, costs a hundred times what it saves here. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const COMPRESS = { br: promisify(brotliCompress), gzip: promisify(gzip) };

export type Encoding = keyof typeof COMPRESS;

/** What `Accept-Encoding` takes of what we have (RFC 9110 12.5.3): of equals the smaller, of any (`*`) the older; null for none. */
export function encodingOf(accepted: string): Encoding | null {
  const brotli = qualityOf(accepted, ["br"]);
  const gzipped = qualityOf(accepted, ["gzip", "x-gzip", "*"]);
  if (brotli > 0 && brotli >= gzipped) return "br";
  return gzipped > 0 ? "gzip" : null;
}

/** What is text, and smaller for it; pictures are packed already. */
const TEXT = /^text\/|[/+](?:json|javascript|xml)\b/;

/** Compresses what a page sends in one piece, where nothing has yet. What is sent as it is read stays as it is. */
export function compressPages(app: FastifyInstance): void {
  app.addHook("onSend", async ({ headers }, reply, payload) => {
    const type = String(reply.getHeader("content-type") ?? "");
    if (!isPage(payload) || !TEXT.test(type) || reply.hasHeader("content-encoding")) return payload;
    const vary = reply.getHeader("vary");
    void reply.header("Vary", vary === undefined ? "Accept-Encoding" : `${String(vary)}, Accept-Encoding`);
    const accepted = headers["accept-encoding"];
    const encoding = accepted === undefined ? null : encodingOf(accepted);
    if (encoding === null) return payload;
    void reply.header("Content-Encoding", encoding).removeHeader("content-length");
    return await compress(payload, encoding);
  });
}

function isPage(payload: unknown): payload is string | Buffer {
  return (typeof payload === "string" || Buffer.isBuffer(payload)) && payload.length >= COMPRESS_FROM;
}

export async function compress(text: string | Buffer, encoding: Encoding): Promise<Buffer> {
  return encoding === "br" ? await COMPRESS.br(text, BROTLI) : await COMPRESS.gzip(text);
}
