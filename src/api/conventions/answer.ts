import type { OutgoingHttpHeader, ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { CreditMeter } from "../../storage/credit-windows.ts";
import type { Call } from "../call.ts";
import type { KeptAnswers } from "../kept-answers.ts";
import { COMPRESS_FROM, type Encoding, compress, encodingOf } from "./compression.ts";
import { type Charged, rateHeaders, settle } from "./credits.ts";
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
  kept: KeptAnswers;
}

/** An answer as it goes out but for the rate headers, which are the request's. */
export interface Sent {
  status: number;
  headers: HeaderList;
  body: string | Buffer;
}

/** Sends an answer: settles its price, writes the headers, and packs it as `envelope` and `Accept` ask for. */
export async function sendAnswer(
  { meter, transport, kept }: SendContext,
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
  const charged = request.call?.charged ?? null;
  const price = charged?.price;
  if (request.call !== null && charged !== null) await settle(meter, request.call.account.id, charged, status);
  const headers: HeaderList = [];
  if (answer.total !== undefined) headers.push("Total-Count", answer.total);
  if (answer.location !== undefined) {
    headers.push("Location", transport.originOf(request.raw) + BASE_PATH + answer.location);
  }
  if (etag !== undefined) headers.push("ETag", etag);
  for (const [name, value] of Object.entries(answer.headers ?? {})) headers.push(name, value);
  const shown = enveloped ? envelop(status, [...ratesOf(charged), ...headers], answer.body) : null;
  const body = shown === null ? (status === 304 ? "" : text) : JSON.stringify(shown, null, indent);
  if (answer.cookie !== undefined) headers.push("Set-Cookie", answer.cookie);
  const encoding = encodingFor(request, body);
  const packed = encoding === null ? body : await compress(body, encoding);
  addBodyHeaders(headers, status, packed, encoding);
  const sent = { status: enveloped ? 200 : status, headers, body: packed };
  // An envelope holds the rate headers, which are new each time; what gives credits back needs them all first, each time.
  if (!enveloped && charged?.price === price) kept.keep(request, sent);
  reply.hijack();
  writeSent(reply.raw, charged, sent);
  return reply;
}

function encodingFor({ headers }: FastifyRequest, body: string): Encoding | null {
  const accepted = headers["accept-encoding"];
  if (accepted === undefined || Buffer.byteLength(body) < COMPRESS_FROM) return null;
  return encodingOf(accepted);
}

function addBodyHeaders(headers: HeaderList, status: number, body: Sent["body"], encoding: Encoding | null): void {
  headers.push("Vary", VARY);
  if (encoding !== null) headers.push("Content-Encoding", encoding);
  if (body.length > 0) headers.push("Content-Type", JSON_TYPE, "Content-Length", Buffer.byteLength(body));
  else if (status !== 204 && status !== 304) headers.push("Content-Length", 0);
}

/**
 * Writes head and body at once, past the framework's hooks and its own table of headers, which took a third of the time of a
 * read.
 */
export function writeSent(
  response: ServerResponse,
  charged: Charged | null,
  { status, headers, body }: Sent,
  encoding: BufferEncoding = "utf8",
): void {
  response.writeHead(status, ratesOf(charged).concat(headers) as OutgoingHttpHeader[]);
  response.end(body, encoding);
}

function ratesOf(charged: Charged | null): HeaderList {
  return charged === null ? [] : rateHeaders(charged);
}

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
