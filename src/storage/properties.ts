import type { Reader, Tx } from "./database.ts";

/** A fact about the whole installation; undefined when it was never set. */
export async function readProperty(reader: Reader, name: string): Promise<string | undefined> {
  const row = await reader.query.selectFrom("properties").select("value").where("name", "=", name).executeTakeFirst();
  return row?.value;
}

export async function writeProperty(tx: Tx, name: string, value: string): Promise<void> {
  await tx.query
    .insertInto("properties")
    .values({ name, value })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
    .execute();
}
