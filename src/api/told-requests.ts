import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { SECOND } from "../domain/time.ts";
import { requestIdOf } from "./http-server.ts";
import type { Log } from "./log.ts";

/** What is told of a request that was answered. Its route, not its path or query, which hold what clients search for. */
export interface RequestFacts {
  method: string;
  route: string;
  status: number;
  seconds: number;
  credits: number;
}

/** Tells the metrics and the log of a request that was answered. */
export type TellRequest = (
  facts: RequestFacts,
  request: IncomingMessage,
  response: ServerResponse,
  accountId: string | undefined,
) => void;

export function requestTeller(log: Log, metrics: { observe(facts: RequestFacts): void } | undefined): TellRequest {
  return (facts, request, response, accountId) => {
    metrics?.observe(facts);
    if (log.isLevelEnabled?.("debug") === false) return;
    const { seconds, ...rest } = facts;
    // The trace of whoever passed it on (W3C Trace Context).
    const [, trace] = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(String(request.headers["traceparent"] ?? "")) ?? [];
    const line = {
      request: requestIdOf(response),
      ...rest,
      milliseconds: Math.round(seconds * SECOND),
      ...(accountId !== undefined && { account: accountId }),
      ...(trace !== undefined && { trace }),
    };
    log.debug(line, "a request was answered");
  };
}

export function factsOf({ call, method, routeOptions }: FastifyRequest, reply: FastifyReply): RequestFacts {
  return {
    method,
    route: routeOptions.url ?? "none",
    status: reply.statusCode,
    seconds: reply.elapsedTime / SECOND,
    credits: call?.charged?.price ?? 0,
  };
}
