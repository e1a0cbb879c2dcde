import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { SECOND } from "./domain/time.ts";

/** How long requests that run may go on after the last connection was taken. */
const REQUEST_GRACE = 15 * SECOND;

/**
 * Takes a server out of service without failing a request. It says so (`stopping`: 503 on /readyz, `Connection: close` on
 * every answer) and serves on for `drain` milliseconds, in which load balancers turn away and clients give their
 * connections up; then it takes no more and waits for the requests that run, 15 seconds at most.
 */
export async function stopServing(app: FastifyInstance, stopping: AbortController, drain: number): Promise<void> {
  stopping.abort();
  await sleep(drain);
  const grace = setTimeout(() => app.server.closeAllConnections(), REQUEST_GRACE);
  await app.close();
  clearTimeout(grace);
}
