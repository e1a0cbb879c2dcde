import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { findAccountBySite, findOnlyAccount } from "../storage/accounts.ts";
import type { Db } from "../storage/database.ts";
import type { AccountRow } from "../storage/schema.ts";
import type { Transport } from "./conventions/transport.ts";

/** Which help desk somebody means who is not known yet: one, any that knows them, or one that is not there (T1). */
export type AskedSite = { account: AccountRow | undefined } | "any";

/** `--site`; else the host's first label; else what the request says; else the only help desk there is; else any. */
export async function askedSite(
  { db, transport, site }: { db: Db; transport: Transport; site: string | null },
  request: IncomingMessage,
  said: string | undefined,
): Promise<AskedSite> {
  if (site !== null) return { account: await findAccountBySite(db, site) };
  const label = labelOf(transport.hostOf(request));
  const named = label === null ? undefined : await findAccountBySite(db, label);
  if (named !== undefined) return { account: named };
  if (said !== undefined && said !== "") return { account: await findAccountBySite(db, said) };
  const only = await findOnlyAccount(db);
  return only === undefined ? "any" : { account: only };
}

/** A host's first label; null for an address and for `localhost`, which name nobody. */
export function labelOf(host: string): string | null {
  const name = host
    .toLowerCase()
    .replace(/:\d+$/, "")
    .replace(/^\[|\]$/g, "");
  const label = name.split(".")[0] ?? "";
  return name === "localhost" || label === "" || isIP(name) !== 0 ? null : label;
}
