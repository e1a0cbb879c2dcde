import { sql } from "kysely";
import { MINUTE, now } from "../domain/time.ts";
import type { Db, Tx } from "./database.ts";
import { readProperty, writeProperty } from "./properties.ts";

/** Properties with this beginning are about a running backup, and are not part of one. */
export const BACKUP_PROPERTIES = "backup.";
const RUNNING_UNTIL = `${BACKUP_PROPERTIES}running_until`;

/** How long a backup that died holds up the sweep. */
const LEASE = 5 * MINUTE;
const EXTEND_EVERY = MINUTE;

/** Any constant will do; see `MIGRATION_LOCK`. */
const LEASE_LOCK = 5_202_611_241;

export interface BackupLease {
  release(): void;
}

/**
 * Keeps the sweep from removing blobs that a backup has seen and not yet copied. The lease is never given back but runs
 * out: of two backups at a time the first to end must not end the other's.
 */
export async function takeBackupLease(db: Db): Promise<BackupLease> {
  const extend = async (): Promise<void> => {
    await db.transact(async (tx) => {
      // Waits for the sweeps that are under way and did not see the lease: what they remove is gone from the snapshot too.
      if (tx.engine === "postgres") await sql`select pg_advisory_xact_lock(${LEASE_LOCK})`.execute(tx.query);
      const held = Number((await readProperty(tx, RUNNING_UNTIL)) ?? 0);
      await writeProperty(tx, RUNNING_UNTIL, String(Math.max(held, now() + LEASE)));
    });
  };
  await extend();
  // A refresh that fails is tried again before the lease runs out.
  const timer = setInterval(() => void extend().catch(() => undefined), EXTEND_EVERY);
  timer.unref();
  return { release: () => clearInterval(timer) };
}

/**
 * Whether a backup is copying, so that nothing may be removed in this transaction. To be asked in the transaction that
 * removes: a backup that begins later waits for its end.
 */
export async function isBackupRunning(tx: Tx): Promise<boolean> {
  if (tx.engine === "postgres") await sql`select pg_advisory_xact_lock_shared(${LEASE_LOCK})`.execute(tx.query);
  return Number((await readProperty(tx, RUNNING_UNTIL)) ?? 0) > now();
}
