import { buffer } from "node:stream/consumers";
import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import type { MessageRow } from "../../src/storage/schema.ts";
import type { Desk } from "./desk-under-test.ts";
import { type Findings, fault } from "./findings.ts";
import { hashOf } from "./letters.ts";
import type { Traffic } from "./traffic.ts";

/** The messages of a desk by the key in their body. */
export type ByKey = Map<string, MessageRow[]>;

/** Each letter is filed once and with all its files; a report's words also stand on the reply that came back. */
export async function compareLetters(desk: Desk, traffic: Traffic, byKey: ByKey, findings: Findings): Promise<void> {
  const files = await filesByMessage(desk);
  const failed = new Set(
    [...byKey.values()].flat().map(({ delivery_error }) => /key=([a-z0-9-]+);/.exec(delivery_error ?? "")?.[1]),
  );
  for (const { key, kind, files: sent } of traffic.letters) {
    if (kind === "empty") continue;
    const filed = byKey.get(key) ?? [];
    if (filed.length === 0) fault(findings, "lost", `letter ${key}`);
    if (filed.length > 1) fault(findings, "doubled", `letter ${key} is filed ${filed.length} times`);
    for (const { id } of filed) {
      if ((files.get(id) ?? []).join() !== sent.join()) fault(findings, "half", `the attachments of letter ${key}`);
    }
    if (kind === "report" && !failed.has(key)) fault(findings, "half", `the reply that ${key} reports does not say so`);
  }
}

/** SHA-256 of the bytes of each attachment, as they are on the disk now, by message and in order. */
async function filesByMessage({ storage, setUp }: Desk): Promise<Map<string, string[]>> {
  const rows = await acrossAccounts(storage.db)
    .selectFrom("attachments")
    .select(["message_id", "hash"])
    .where("message_id", "is not", null)
    .orderBy("message_id")
    .orderBy("position")
    .execute();
  const files = new Map<string, string[]>();
  for (const { message_id, hash } of rows) {
    const bytes = await storage.blobs.read(setUp.account.id, hash).then(buffer, () => Buffer.from("missing"));
    const id = message_id ?? "";
    files.set(id, [...(files.get(id) ?? []), hashOf(bytes)]);
  }
  return files;
}

/** What nothing can be made of is put aside once, with its reason, and nothing else is; nothing is left pending. */
export async function comparePutAside({ storage }: Desk, { letters }: Traffic, findings: Findings): Promise<void> {
  const rows = await acrossAccounts(storage.db)
    .selectFrom("received_messages")
    .select(["id", "outcome", "reason", "attempts", "uid"])
    .where("outcome", "in", ["pending", "quarantine"])
    .execute();
  const found = Map.groupBy(rows, ({ uid }) => uid);
  for (const { key, uid } of letters.filter(({ kind }) => kind === "empty")) {
    const aside = found.get(uid ?? null) ?? [];
    if (aside.length === 0) fault(findings, "lost", `${key}, which was to be put aside`);
    if (aside.length > 1) fault(findings, "doubled", `${key} was put aside ${aside.length} times`);
    if (aside[0]?.outcome === "quarantine" && aside[0].reason?.includes("empty") === true) found.delete(uid ?? null);
  }
  for (const { id, outcome, reason, attempts } of [...found.values()].flat()) {
    fault(findings, "half", `${id} is ${outcome} after ${attempts} attempts: ${reason}`);
  }
}
