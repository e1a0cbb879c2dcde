import type { ColumnTypes } from "../migrate.ts";

/** How mail finds its ticket: a secret for the keys in what goes out, and on each message why it landed where it did. */
export function statements({ engine }: ColumnTypes): string[] {
  const random =
    engine === "sqlite"
      ? "lower(hex(randomblob(32)))"
      : "replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')";
  return [
    `alter table accounts add column thread_secret text`,
    `update accounts set thread_secret = ${random}`,
    `alter table messages add column thread_reason text`,
    `alter table messages add column auto_kind text`,
    `drop index received_once`,
    `create unique index received_once on received_messages (account_id, inbox_id, fingerprint)
      where outcome in ('ticket', 'reply', 'bounce', 'auto-reply')`,
  ];
}
