import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { type RequestListener, type Server, STATUS_CODES, ServerResponse, createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import type { Config } from "../config.ts";
import { applyMethodOverride } from "./conventions/method-override.ts";
import type { Log } from "./log.ts";

/** Request line and headers together, in bytes; more is 431. The URL has a limit of its own below it. */
export const HEADER_LIMIT = 48 * 1024;

/** How long a client may take for a whole request, and for its headers, in milliseconds. */
const REQUEST_TIMEOUT = 300_000;
const HEADERS_TIMEOUT = 30_000;

/** Longer than what reverse proxies keep a connection idle, so that they close it and not we. */
const KEEP_ALIVE = 72_000;

/**
 * Node's server, with what it would answer by itself put into the form of every other refusal (T12). Every response has a
 * `Request-Id` (T4). Once `stopping` is aborted every response is its connection's last.
 */
export function createHttpServer(
  { tlsCert, tlsKey }: Pick<Config, "tlsCert" | "tlsKey">,
  log: Log,
  handler: RequestListener,
  stopping?: AbortSignal,
): Server {
  const listener: RequestListener = (request, response) => {
    // RFC 9112 3.2. Node would refuse it with an empty body.
    if (request.headers.host === undefined && request.httpVersion === "1.1") {
      refuse(response, 400);
      return;
    }
    applyMethodOverride(request);
    handler(request, response);
  };
  const limits = {
    maxHeaderSize: HEADER_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    headersTimeout: HEADERS_TIMEOUT,
    requireHostHeader: false,
    ServerResponse: responsesUntil(stopping),
  };
  const tls = tlsCert === null || tlsKey === null ? null : { cert: readFileSync(tlsCert), key: readFileSync(tlsKey) };
  const server = tls === null ? createServer(limits, listener) : createTlsServer({ ...limits, ...tls }, listener);
  server.keepAliveTimeout = KEEP_ALIVE;
  server.on("checkExpectation", (_request, response: ServerResponse) => refuse(response, 417));
  server.on("clientError", (error: Error & { code?: string }, socket: Socket) => refuseUnreadable(log, error, socket));
  return server;
}

/** What tells a response from all others, in the log and for who asked (T4). */
export function requestIdOf(response: ServerResponse): string | undefined {
  return (response as Partial<Identified>).requestId;
}

type Identified = ServerResponse & { requestId: string };

/**
 * Responses that say their `Request-Id` when their head is written, and once `stopping` is aborted also that they are their
 * connection's last: of a request that had begun before too, since its client must not send another down that connection.
 */
function responsesUntil(stopping: AbortSignal | undefined): typeof ServerResponse {
  class IdentifiedResponse extends ServerResponse {
    readonly requestId = nextRequestId();

    override writeHead(status: number, ...rest: unknown[]): this {
      const own = ["Request-Id", this.requestId, ...(stopping?.aborted === true ? ["Connection", "close"] : [])];
      const headers = rest.at(-1);
      // One list that goes out as it is, in place of a header set after the other.
      if (Array.isArray(headers)) return super.writeHead(status, (headers as string[]).concat(own));
      for (let index = 0; index < own.length; index += 2) this.setHeader(own[index] ?? "", own[index + 1] ?? "");
      return super.writeHead(status, ...(rest as [string?]));
    }
  }
  return IdentifiedResponse as unknown as typeof ServerResponse;
}

const processId = randomBytes(4).toString("hex");
let requests = 0;

function nextRequestId(): string {
  requests += 1;
  return `${processId}-${requests.toString(36)}`;
}

function refuse(response: ServerResponse, status: number): void {
  const body = JSON.stringify({ message: STATUS_CODES[status] });
  response.statusCode = status;
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  response.setHeader("Connection", "close");
  response.end(body);
}

/** What the HTTP parser refuses. */
function refuseUnreadable(log: Log, error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ""] ?? 400;
  const reason = STATUS_CODES[status] ?? "Bad Request";
  const body = JSON.stringify({ message: reason });
  const id = nextRequestId();
  log.debug({ request: id, status, code: error.code }, "a request could not be read");
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nRequest-Id: ${id}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
