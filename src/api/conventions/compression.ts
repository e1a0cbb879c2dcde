import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { qualityOf } from "./negotiation.ts";

/** Bodies from this many bytes on are compressed for who takes that (T3). */
export const COMPRESS_FROM = 1024;

/** Quality 11, the default, costs a hundred times what it saves here. */
export const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const COMPRESS = { br: promisify(brotliCompress), gzip: promisify(gzip) };

export type Encoding = keyof typeof COMPRESS;

/** What `Accept-Encoding` takes of what we have (RFC 9110 12.5.3): of equals the smaller, of any (`*`) the older; null for none. */
export function encodingOf(accepted: string): Encoding | null {
  const brotli = qualityOf(accepted, ["br"]);
  const gzipped = qualityOf(accepted, ["gzip", "x-gzip", "*"]);
  if (brotli > 0 && brotli >= gzipped) return "br";
  return gzipped > 0 ? "gzip" : null;
}

export async function compress(text: string, encoding: Encoding): Promise<Buffer> {
  return encoding === "br" ? await COMPRESS.br(text, BROTLI) : await COMPRESS.gzip(text);
}
