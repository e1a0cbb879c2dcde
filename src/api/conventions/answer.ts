import type { FastifyReply, FastifyRequest } from "fastify";
import type { CreditMeter } from "../../storage/credit-windows.ts";
import type { Call } from "../call.ts";
import { rateHeaders, settle } from "./credits.ts";
import { type ShownHeaders, envelop } from "./envelope.ts";
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
  const headers: ShownHeaders = {
    ...(await chargedHeaders(meter, request.call, status)),
    ...(answer.total !== undefined && { "Total-Count": answer.total }),
    ...(answer.location !== undefined && { Location: transport.originOf(request.raw) + BASE_PATH + answer.location }),
    ...(etag !== undefined && { ETag: etag }),
    ...answer.headers,
  };
  writeHeaders(reply, headers);
  if (answer.cookie !== undefined) reply.raw.setHeader("Set-Cookie", answer.cookie);
  if (enveloped) {
    const envelope = JSON.stringify(envelop(status, headers, answer.body), null, indent);
    return reply.code(200).header("Content-Type", JSON_TYPE).send(envelope);
  }
  void reply.code(status);
  if (status === 304 || text === "") return reply.send();
  return reply.header("Content-Type", JSON_TYPE).send(text);
}

/** Written as the document spells them; the framework's own way would put them in lower case. */
export function writeHeaders(reply: FastifyReply, headers: ShownHeaders): void {
  for (const [name, value] of Object.entries(headers)) reply.raw.setHeader(name, value);
}

/** Whether a reader has this representation already (R12). */
function isKnown(request: FastifyRequest, status: number, etag: string | undefined): boolean {
  const known = request.headers["if-none-match"];
  const reads = request.method === "GET" || request.method === "HEAD";
  return reads && status === 200 && etag !== undefined && known !== undefined && matchesEtag(known, etag);
}

/** The rate headers of a request that was charged, once its status settles what it costs. */
export async function chargedHeaders(meter: CreditMeter, call: Call | null, status: number): Promise<ShownHeaders> {
  const charged = call?.charged;
  if (call === null || charged == null) return {};
  await settle(meter, call.account.id, charged, status);
  return rateHeaders(charged);
}
