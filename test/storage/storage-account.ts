import { randomBytes } from "node:crypto";
import { type SetUp, setUpAccount } from "../../src/desk/set-up-account.ts";
import { newId } from "../../src/domain/ids.ts";
import { now } from "../../src/domain/time.ts";
import { insertCustomer } from "../../src/storage/customers.ts";
import type { Db, Tx } from "../../src/storage/database.ts";
import type { CustomerRow } from "../../src/storage/schema.ts";

/** An account of a test's own, with an owner, an inbox and a token. */
export async function makeAccount(db: Db): Promise<SetUp> {
  const site = `desk-${randomBytes(8).toString("hex")}`;
  return await db.transact(
    async (tx) =>
      await setUpAccount(tx, {
        site,
        name: "Test desk",
        owner: { email: "owner@desk.example", first_name: "Mary", last_name: "Jones", password_hash: "none" },
        inbox: { name: "Support", address: "help@desk.example" },
      }),
  );
}

/** A row as good as any for tests that only need something to be there or not. */
export async function addCustomer(tx: Tx, accountId: string, first_name = "Ruby"): Promise<CustomerRow> {
  const at = now();
  const customer: CustomerRow = {
    account_id: accountId,
    id: newId(),
    first_name,
    last_name: null,
    summary: null,
    version: 1,
    created_at: at,
    updated_at: at,
    merged_into: null,
  };
  await insertCustomer(tx, customer);
  return customer;
}

/** Something that others wait for until it is opened. */
export interface Gate {
  opened: Promise<void>;
  open(): void;
}

export function makeGate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
