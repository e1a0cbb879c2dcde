import type { Db, Reader, Tx } from "./database.ts";

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

/** A fact that is made when it is first asked for; of two processes that make it at once, both get the same. */
export async function ensureProperty(db: Db, name: string, make: () => string): Promise<string> {
  const known = await readProperty(db, name);
  if (known !== undefined) return known;
  return await db.transact(async (tx) => {
    await tx.query
      .insertInto("properties")
      .values({ name, value: make() })
      .onConflict((conflict) => conflict.column("name").doNothing())
      .execute();
    const made = await readProperty(tx, name);
    if (made === undefined) throw new Error(`the property ${name} vanished while it was made`);
    return made;
  });
}
