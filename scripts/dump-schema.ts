// Writes docs/schema/sqlite.sql and docs/schema/postgres.sql anew, from databases that the migrations make. A test
// compares them with what the migrations make; run this after a migration was added.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStorage } from "../src/storage/open.ts";
import { dumpSchema } from "../src/storage/schema-dump.ts";
import { startPostgres } from "../test/support/postgres-server.ts";

async function write(databaseUrl: string | null): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), "cantrip-schema-"));
  const { db, close } = await openStorage({ data, databaseUrl });
  try {
    writeFileSync(join(import.meta.dirname, "../docs/schema", `${db.engine}.sql`), await dumpSchema(db));
  } finally {
    await close();
    rmSync(data, { recursive: true, force: true });
  }
}

await write(null);
const server = await startPostgres();
if ("missing" in server) {
  process.stderr.write(`docs/schema/postgres.sql stays as it was: ${server.missing}\n`);
  process.exitCode = 1;
} else {
  try {
    await write(server.url);
  } finally {
    await server.stop();
  }
}
