import { seedDemo } from "../../src/cli/demo-data.ts";
import { createToken } from "../../src/desk/create-token.ts";
import { setUpAccount } from "../../src/desk/set-up-account.ts";
import { Faults } from "../../src/domain/faults.ts";
import { findAccountBySite, updateAccount } from "../../src/storage/accounts.ts";
import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import { runCompiled } from "../../src/storage/bulk-insert.ts";
import type { Db } from "../../src/storage/database.ts";
import { openStorage } from "../../src/storage/open.ts";
import type { Place } from "../crash/desk-under-test.ts";
import { dropIndexes } from "./build-indexes.ts";
import { addLongTickets } from "./build-long-tickets.ts";

export interface BenchAccount {
  id: string;
  site: string;
  token: string;
  tickets: number;
}

const ACCOUNTS = 20;

/** Of the first account three in four tickets, of the last one in four thousand. */
const STEEPNESS = 2.5;

/** Of a long build its state is told so often, in milliseconds. */
const TELL_EVERY = 10_000;

/** Credits are not what is measured. */
const UNLIMITED = { credits_per_minute: 0, requests_per_second: 0, undo_seconds: 0 };

/** Pages that the writing connection keeps in memory, in kibibytes: with the usual two megabytes most inserts read first. */
const SQLITE_CACHE = 512 * 1024;

/** Fills an empty place with accounts of very different size and one for what a bench writes. */
export async function buildAccounts(
  place: Place,
  tickets: number,
  tell: (line: string) => void,
): Promise<BenchAccount[]> {
  const storage = await openStorage(place);
  const { db } = storage;
  try {
    if (db.engine === "sqlite") {
      await db.transact(async (tx) => await runCompiled(tx, `pragma cache_size = -${SQLITE_CACHE}`));
    }
    const makeIndexes = await dropIndexes(db);
    const accounts: BenchAccount[] = [];
    let made = 0;
    let told = performance.now();
    for (const [index, share] of sharesOf(tickets).entries()) {
      const site = `bench${index + 1}`;
      const before = made;
      await seedDemo(storage, { site, tickets: share, seed: index + 1 }, (done) => {
        if (performance.now() - told < TELL_EVERY) return;
        told = performance.now();
        tell(`building: ${before + done} of ${tickets} tickets`);
      });
      made += share;
      accounts.push(await openToLoad(db, site, share));
    }
    tell("building: indexes");
    await makeIndexes();
    accounts.push(await addAccountForWrites(db, accounts[0]?.id ?? ""));
    await endWork(db);
    return accounts;
  } finally {
    await storage.close();
  }
}

function sharesOf(tickets: number): number[] {
  const weights = Array.from({ length: ACCOUNTS }, (_, index) => (index + 1) ** -STEEPNESS);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const [, ...others] = weights.map((weight) => Math.max(1, Math.floor((tickets * weight) / total)));
  return [tickets - others.reduce((sum, share) => sum + share, 0), ...others];
}

async function openToLoad(db: Db, site: string, tickets: number): Promise<BenchAccount> {
  return await db.transact(async (tx) => {
    const account = await findAccountBySite(tx, site);
    if (account === undefined) throw new Error(`there is no account ${site}`);
    await updateAccount(tx, account.id, UNLIMITED);
    const { token } = await createToken(tx, account.id, "bench", new Faults());
    return { id: account.id, site, token, tickets };
  });
}

async function addAccountForWrites(db: Db, textsOf: string): Promise<BenchAccount> {
  return await db.transact(async (tx) => {
    const site = "benchwrites";
    const owner = { email: "owner@desk.example", password_hash: null };
    const inbox = { name: "Support", address: "help@desk.example" };
    const setUp = await setUpAccount(tx, { site, name: "Writes", owner, inbox });
    await updateAccount(tx, setUp.account.id, UNLIMITED);
    await addLongTickets(tx, setUp, textsOf);
    return { id: setUp.account.id, site, token: setUp.token, tickets: 0 };
  });
}

/** No timer fires while something else is measured. PostgreSQL would look at what there is by itself, a minute later. */
async function endWork(db: Db): Promise<void> {
  await db.transact(async (tx) => {
    await acrossAccounts(tx).deleteFrom("jobs").execute();
    if (tx.engine === "postgres") await runCompiled(tx, "analyze");
  });
}
