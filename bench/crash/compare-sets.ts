import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import { countOutcomes } from "../../src/storage/received-messages.ts";
import type { ScriptedImap } from "../../test/support/scripted-imap.ts";
import type { ScriptedSmtp } from "../../test/support/scripted-smtp.ts";
import { compareLetters, comparePutAside } from "./compare-letters.ts";
import { compareSent } from "./compare-sent.ts";
import { compareTickets } from "./compare-tickets.ts";
import type { Desk } from "./desk-under-test.ts";
import { type Findings, NOTHING } from "./findings.ts";
import { keyIn } from "./letters.ts";
import type { Traffic } from "./traffic.ts";

export interface Outside {
  imap: ScriptedImap;
  sink: ScriptedSmtp;
  afterImport: "seen" | "move:Done";
}

/** Compares what went into a desk with what is in it, and what it promised to send with what arrived. */
export async function compareSets(desk: Desk, traffic: Traffic, outside: Outside): Promise<Findings> {
  const { storage, setUp } = desk;
  const { imap, sink, afterImport } = outside;
  const outcomes = await countOutcomes(storage.db, setUp.account.id);
  // What was put aside is left where it is.
  const aside = traffic.letters.filter(({ kind }) => kind === "empty");
  const findings: Findings = {
    ...NOTHING,
    in: traffic.letters.length,
    duplicates: outcomes.duplicate ?? 0,
    untold: imap.messages.size - (afterImport === "seen" ? imap.seen.size : 0) - aside.length,
    problems: [],
  };
  const messages = await acrossAccounts(storage.db).selectFrom("messages").selectAll().execute();
  const byKey = Map.groupBy(messages, ({ body }) => keyIn(body) ?? "");
  await compareLetters(desk, traffic, byKey, findings);
  await comparePutAside(desk, traffic, findings);
  await compareSent({ traffic, sink, messages, byKey }, findings);
  await compareTickets(desk, messages, findings);
  return findings;
}
