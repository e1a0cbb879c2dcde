import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import type { Transport } from "./conventions/transport.ts";
import { HttpError } from "./errors.ts";
import { hashToken } from "../domain/api-tokens.ts";

export interface MetricsPage {
  /** Opens the page from anywhere; null when only this machine sees it. */
  token: string | null;
  transport: Transport;
  /** The page, in the text format of Prometheus. */
  text: () => Promise<string>;
}

/**
 * `/metrics`: for who sends the token, over whatever connection the operator's network has, and for programs on this
 * machine that ask without a proxy in between. For everybody else it is not there.
 */
export function serveMetrics(app: FastifyInstance, { token, transport, text }: MetricsPage): void {
  app.get("/metrics", async (request, reply) => {
    if (!bears(request.raw, token) && !transport.isThisMachine(request.raw)) throw new HttpError(404, "Not Found");
    return await reply.header("Content-Type", "text/plain; version=0.0.4; charset=utf-8").send(await text());
  });
}

function bears({ headers }: IncomingMessage, token: string | null): boolean {
  const [, sent] = /^bearer +(\S+)$/i.exec(headers.authorization ?? "") ?? [];
  if (token === null || sent === undefined) return false;
  // Of one length, whatever was sent.
  return timingSafeEqual(Buffer.from(hashToken(sent)), Buffer.from(hashToken(token)));
}
