import type { Config } from "./config.ts";
import { type Judge, openJudge } from "./desk/judge-sender.ts";
import { openResolver } from "./mail/dns-resolver.ts";

/** Who says who sent a mail, as the configuration has it. */
export function mailJudge({ authservId, dnsServers }: Pick<Config, "authservId" | "dnsServers">): Judge {
  return openJudge({ resolver: openResolver(dnsServers), authservId });
}
