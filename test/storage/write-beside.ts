// A process of its own on a storage that others use too: writes customers, or holds a transaction open, as it is told by
// its arguments: <data folder> <database URL or ""> <account> <"write" or "hold"> <how many, or milliseconds>.
// Prints "ready" once it holds or begins, and at its end JSON: how many it wrote and the longest it kept its loop waiting.
import { setTimeout as sleep } from "node:timers/promises";
import { openStorage } from "../../src/storage/open.ts";
import { addCustomer } from "./storage-account.ts";

const [data = "", databaseUrl = "", accountId = "", what = "", amount = ""] = process.argv.slice(2);
const { db, close } = await openStorage({ data, databaseUrl: databaseUrl === "" ? null : databaseUrl, strict: true });

let wrote = 0;
if (what === "hold") {
  await db.transact(async (tx) => {
    await addCustomer(tx, accountId, "held");
    process.stdout.write("ready\n");
    await sleep(Number(amount));
  });
  wrote = 1;
} else {
  process.stdout.write("ready\n");
  for (; wrote < Number(amount); wrote += 1) {
    await db.transact(async (tx) => await addCustomer(tx, accountId, "beside"));
  }
}
await close();
process.stdout.write(`${JSON.stringify({ wrote })}\n`);
