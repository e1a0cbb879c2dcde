import type { Reader, Tx } from "./database.ts";
import type { TransportRow } from "./schema.ts";

export async function insertTransport(tx: Tx, transport: TransportRow): Promise<void> {
  await tx.query.insertInto("transports").values(transport).execute();
}

/** The transport of an inbox itself, or with null that of the whole account. */
export async function findTransport(
  reader: Reader,
  accountId: string,
  inboxId: string | null,
): Promise<TransportRow | undefined> {
  return await reader.query
    .selectFrom("transports")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("inbox_id", inboxId === null ? "is" : "=", inboxId)
    .executeTakeFirst();
}

export async function findTransportById(
  reader: Reader,
  accountId: string,
  id: string,
): Promise<TransportRow | undefined> {
  return await reader.query
    .selectFrom("transports")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .executeTakeFirst();
}

/** As `findTransportById`, and nobody else changes it until the transaction ends. */
export async function lockTransport(tx: Tx, accountId: string, id: string): Promise<TransportRow | undefined> {
  return await tx.query
    .selectFrom("transports")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .$if(tx.engine === "postgres", (query) => query.forNoKeyUpdate())
    .executeTakeFirst();
}

/** The account's transports, oldest first. */
export async function listTransports(reader: Reader, accountId: string): Promise<TransportRow[]> {
  return await reader.query
    .selectFrom("transports")
    .selectAll()
    .where("account_id", "=", accountId)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
}

export type TransportChanges = Omit<TransportRow, "account_id" | "id" | "inbox_id" | "version" | "created_at">;

/** Sets all of a transport's settings anew. */
export async function updateTransport(tx: Tx, accountId: string, id: string, changes: TransportChanges): Promise<void> {
  await tx.query
    .updateTable("transports")
    .set((transport) => ({ ...changes, version: transport("version", "+", 1) }))
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .execute();
}

/** Deletes the transport of an inbox, or of the whole account; returns whether there was one. */
export async function deleteTransport(tx: Tx, accountId: string, inboxId: string | null): Promise<boolean> {
  const deleted = await tx.query
    .deleteFrom("transports")
    .where("account_id", "=", accountId)
    .where("inbox_id", inboxId === null ? "is" : "=", inboxId)
    .returning("id")
    .executeTakeFirst();
  return deleted !== undefined;
}

/** Replaces the secret of a transport with one of the same meaning; not one that a person has set since. */
export async function replaceTransportSecret(
  tx: Tx,
  { account_id, id, secret }: Pick<TransportRow, "account_id" | "id" | "secret">,
  renewed: string,
): Promise<void> {
  await tx.query
    .updateTable("transports")
    .set({ secret: renewed })
    .where("account_id", "=", account_id)
    .where("id", "=", id)
    .where("secret", "=", secret)
    .execute();
}
