import type { IncomingMessage } from "node:http";
import type { Transport } from "./conventions/transport.ts";

/** Marks a request of the product's own web client, which signs in with a session and nothing else (A1). */
export const WEB_CLIENT_HEADER = "x-cantrip-client";

export function isRead(request: IncomingMessage): boolean {
  return request.method === "GET" || request.method === "HEAD" || request.method === "OPTIONS";
}

/** Whether our own web client asks: no form and no image of another site can send the header. */
export function isWebClient(request: IncomingMessage): boolean {
  return request.headers[WEB_CLIENT_HEADER] !== undefined;
}

/** Whether a browser says that a page of ours asks. No page can set these headers. */
export function isSameOrigin(request: IncomingMessage, transport: Transport): boolean {
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin";
  const { origin } = request.headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  const { host } = new URL(origin);
  const own = transport.hostOf(request);
  return host === own || host === new URL(transport.originOf(request)).host;
}
