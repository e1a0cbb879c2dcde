import { Resolver as NodeResolver } from "node:dns/promises";
import { SECOND } from "../domain/time.ts";
import type { Resolver } from "./authentication.ts";

/**
 * Asks the DNS: the servers given (`192.0.2.53`, `[2001:db8::53]:5353`), or those of the system. Rejects with a `code`:
 * ENOTFOUND and ENODATA when there is nothing by that name, another when nobody could say.
 */
export function openResolver(servers: readonly string[]): Resolver {
  const resolver = new NodeResolver({ timeout: 2 * SECOND, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return async (name, type) => (await resolver.resolve(name, type)) as string[] | string[][];
}
