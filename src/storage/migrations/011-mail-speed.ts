import type { ColumnTypes } from "../migrate.ts";

/**
 * The bytes of a small mail are in its blob's row: durable with the ledger's row, by one commit for many. On PostgreSQL they
 * are not compressed: that costs more than it spares while a mail is waited for.
 */
export function statements({ engine, bytes }: ColumnTypes): string[] {
  return [
    `alter table blobs add column bytes ${bytes}`,
    `create index blobs_in_rows on blobs (created_at) where bytes is not null`,
    ...(engine === "postgres" ? [`alter table blobs alter column bytes set storage external`] : []),
  ];
}
