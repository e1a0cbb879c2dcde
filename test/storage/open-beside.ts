// Opens the storage named by its arguments as soon as the clock says so, with others: <data> <URL or ""> <epoch ms>.
// Prints "ready" and then the migrations that it finds applied.
import { setTimeout as sleep } from "node:timers/promises";
import { openStorage } from "../../src/storage/open.ts";

const [data = "", databaseUrl = "", at = ""] = process.argv.slice(2);
process.stdout.write("ready\n");
await sleep(Math.max(0, Number(at) - Date.now()));
const { db, close } = await openStorage({ data, databaseUrl: databaseUrl === "" ? null : databaseUrl });
const rows = await db.query.selectFrom("migrations").select("name").orderBy("name").execute();
await close();
process.stdout.write(`${JSON.stringify(rows.map(({ name }) => name))}\n`);
