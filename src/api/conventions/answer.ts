import type { OutgoingHttpHeader } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { CreditMeter } from "../../storage/credit-windows.ts";
import type { Call } from "../call.ts";
import { rateHeaders, settle } from "./credits.ts";
import { type HeaderList, type ShownHeaders, envelop } from "./envelope.ts";
import { etagOf, matchesEtag } from "./etag.ts";
import { prefersHtml } from "./negotiation.ts";
import type { Query } from "./query.ts";
import type { Transport } from "./transport.ts";

/** What an endpoint answers, before the conventions give it its form. */
export interface Answer {
  status: number;
  /** JSON; absent for an answer without a body. */
  body?: unknown;
  /** The path of what was created, below the base path: `/tickets/51f6e9`. */
  location?: string;
  /** Of a single resource: makes its ETag. */
  version?: number;
  /** Of a collection that was counted (R4). */
  total?: number;
  headers?: ShownHeaders;
  /** `Set-Cookie`: for the browser only, so that an envelope does not show it. */
  cookie?: string;
}

export const BASE_PATH = "/api/v1";
const JSON_TYPE = "application/json; charset=utf-8";

export function ok(body: unknown, version?: number): Answer {
  return { status: 200, body, ...(version !== undefined && { version }) };
}

export function created(body: unknown, location: string, version?: number): Answer {
  return { status: 201, body, location, ...(version !== undefined && { version }) };
}

export const NO_CONTENT: Answer = { status: 204 };

export interface SendContext {
  meter: CreditMeter;
  transport: Transport;
}

/** Sends an answer: settles its price, writes the headers, and packs it as `envelope` and `Accept` ask for. */
export async function sendAnswer(
  { meter, transport }: SendContext,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
): Promise<FastifyReply> {
  // A request that failed before its query was read has none.
  const asked = request.asked as Query | undefined;
  const enveloped = asked?.isTrue("envelope") === true && answer.status < 500;
  const indent = prefersHtml(request.headers.accept) ? 2 : undefined;
  const text = answer.body === undefined ? "" : JSON.stringify(answer.body, null, indent);
  const etag = answer.version === undefined ? undefined : etagOf(answer.version, text);
  const status = !enveloped && isKnown(request, answer.status, etag) ? 304 : answer.status;
  const charged = request.call?.charged;
  if (request.call !== null && charged != null) await settle(meter, request.call.account.id, charged, status);
  const headers: HeaderList = charged == null ? [] : rateHeaders(charged);
  if (answer.total !== undefined) headers.push("Total-Count", answer.total);
  if (answer.location !== undefined) {
    headers.push("Location", transport.originOf(request.raw) + BASE_PATH + answer.location);
  }
  if (etag !== undefined) headers.push("ETag", etag);
  for (const [name, value] of Object.entries(answer.headers ?? {})) headers.push(name, value);
  const envelope = enveloped ? JSON.stringify(envelop(status, headers, answer.body), null, indent) : null;
  if (answer.cookie !== undefined) headers.push("Set-Cookie", answer.cookie);
  if (envelope !== null) return send(request, reply, 200, headers, envelope);
  return send(request, reply, status, headers, status === 304 ? "" : text);
}

/** Bodies from this many bytes on are compressed for who takes that (T3). */
export const COMPRESS_FROM = 1024;

/**
 * What is not compressed is written here, head and body at once, past the framework's hooks and its own table of headers:
 * they took a third of the time of a read.
 */
function send(
  { headers: { "accept-encoding": encodings } }: FastifyRequest,
  reply: FastifyReply,
  status: number,
  headers: HeaderList,
  text: string,
): FastifyReply {
  if (encodings !== undefined && text.length >= COMPRESS_FROM / MOST_BYTES) {
    writeHeaders(reply, headers);
    return reply.code(status).header("Content-Type", JSON_TYPE).send(text);
  }
  headers.push("Vary", VARY);
  if (text !== "") headers.push("Content-Type", JSON_TYPE, "Content-Length", Buffer.byteLength(text));
  else if (status !== 204 && status !== 304) headers.push("Content-Length", 0);
  reply.hijack();
  reply.raw.writeHead(status, headers as OutgoingHttpHeader[]);
  reply.raw.end(text);
  return reply;
}

/** Of a character in UTF-8 that is one unit of a JavaScript string. */
const MOST_BYTES = 3;

/** Written as the document spells them; the framework's own way would put them in lower case. */
export function writeHeaders(reply: FastifyReply, headers: HeaderList): void {
  void reply.header("Vary", VARY);
  for (let index = 0; index < headers.length; index += 2) {
    reply.raw.setHeader(String(headers[index]), headers[index + 1] as string);
  }
}

/** What an answer of the API depends on besides its path and query (T3). */
export const VARY = "Accept, Accept-Encoding, Authorization, Cookie";

/** Whether a reader has this representation already (R12). */
function isKnown(request: FastifyRequest, status: number, etag: string | undefined): boolean {
  const known = request.headers["if-none-match"];
  const reads = request.method === "GET" || request.method === "HEAD";
  return reads && status === 200 && etag !== undefined && known !== undefined && matchesEtag(known, etag);
}

/** The rate headers of a request that was charged, once its status settles what it costs. */
export async function chargedHeaders(meter: CreditMeter, call: Call | null, status: number): Promise<HeaderList> {
  const charged = call?.charged;
  if (call === null || charged == null) return [];
  await settle(meter, call.account.id, charged, status);
  return rateHeaders(charged);
}
