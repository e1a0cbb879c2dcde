import type { FastifyReply, FastifyRequest } from "fastify";
import type { CreditMeter } from "../../storage/credit-windows.ts";
import type { Call } from "../call.ts";
import { type Charged, rateHeaders, settle } from "./credits.ts";
import { envelop } from "./envelope.ts";
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
  headers?: Readonly<Record<string, string | readonly string[]>>;
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
  const { call } = request;
  const query = call?.query;
  const enveloped = query?.isTrue("envelope") === true && answer.status < 500;
  const indent = prefersHtml(request.headers.accept) ? 2 : undefined;
  const text = answer.body === undefined ? "" : JSON.stringify(answer.body, null, indent);
  let { status } = answer;
  for (const [name, value] of Object.entries(answer.headers ?? {})) void reply.header(name, value);
  if (answer.location !== undefined) {
    void reply.header("Location", transport.originOf(request.raw) + BASE_PATH + answer.location);
  }
  if (answer.total !== undefined) void reply.header("Total-Count", answer.total);
  if (answer.version !== undefined) {
    const etag = etagOf(answer.version, text);
    void reply.header("ETag", etag);
    const known = request.headers["if-none-match"];
    const reads = request.method === "GET" || request.method === "HEAD";
    if (reads && status === 200 && !enveloped && known !== undefined && matchesEtag(known, etag)) status = 304;
  }
  if (call?.charged != null) await writeRateHeaders(meter, reply, call, call.charged, status);
  if (enveloped) return sendEnveloped(reply, answer, status, indent);
  void reply.code(status);
  if (status === 304 || text === "") return reply.send();
  return reply.header("Content-Type", JSON_TYPE).send(text);
}

async function writeRateHeaders(
  meter: CreditMeter,
  reply: FastifyReply,
  call: Call,
  charged: Charged,
  status: number,
): Promise<void> {
  await settle(meter, call.account.id, charged, status);
  for (const [name, value] of Object.entries(rateHeaders(charged))) void reply.header(name, value);
}

function sendEnveloped(reply: FastifyReply, answer: Answer, status: number, indent: number | undefined): FastifyReply {
  const body = envelop(status, (name) => reply.getHeader(name) as string | number | undefined, answer.body);
  return reply.code(200).header("Content-Type", JSON_TYPE).send(JSON.stringify(body, null, indent));
}

/** The parameters that every endpoint takes. */
export function wantsCount(query: Query): boolean {
  return query.isTrue("count");
}
