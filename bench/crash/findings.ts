import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import { countOutcomes } from "../../src/storage/received-messages.ts";
import type { ScriptedImap } from "../../test/support/scripted-imap.ts";
import type { Desk } from "./desk-under-test.ts";

/** What went in and out of a desk, and what became of it. All but `in`, `out` and `unclear` should be nothing. */
export interface Findings {
  in: number;
  out: number;
  lost: number;
  doubled: number;
  half: number;
  /** What waits for a person, who is told that it may have been delivered (decision 0008): of that, so much was. */
  unclear: number;
  unclearDelivered: number;
  /** Users who were not told: the process died while their mail left, and nobody is told twice. */
  untoldUsers: number;
  /** Sent again by their client, or fetched again: recognised, and not filed a second time. */
  duplicates: number;
  /** Taken, and still where they were in the mailbox: moving and flagging is for tidiness, and not promised. */
  untold: number;
  /** In words, each of the faults. */
  problems: string[];
}

/** Each count, before anything is found. */
export const NOTHING: Readonly<Omit<Findings, "problems">> = {
  in: 0,
  out: 0,
  lost: 0,
  doubled: 0,
  half: 0,
  unclear: 0,
  unclearDelivered: 0,
  untoldUsers: 0,
  duplicates: 0,
  untold: 0,
};

/** Whether nothing is left to do: all is processed, fetched, moved and sent. */
export async function isQuiet({ storage, setUp }: Desk, imap: ScriptedImap): Promise<boolean> {
  const all = acrossAccounts(storage.db);
  const { pending = 0 } = await countOutcomes(storage.db, setUp.account.id);
  const mailboxes = await all.selectFrom("mailboxes").select(["last_uid"]).execute();
  const jobs = await all.selectFrom("jobs").select("id").where("failed_at", "is", null).execute();
  return pending === 0 && jobs.length === 0 && mailboxes.every(({ last_uid }) => last_uid === imap.lastUid);
}

export function fault(findings: Findings, kind: "lost" | "doubled" | "half", problem: string): void {
  findings[kind] += 1;
  findings.problems.push(`${kind}: ${problem}`);
}
