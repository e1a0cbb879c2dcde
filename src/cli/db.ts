import type { Command } from "commander";
import { citusVersion, distribute } from "../storage/distribute.ts";
import { type CommonOptions, withStorage } from "./context.ts";
import { CommandFailure } from "./failure.ts";
import { examples } from "./options.ts";
import { print } from "./output.ts";
import { startProgress } from "./progress.ts";

export function addDbCommand(program: Command): void {
  const db = program
    .command("db")
    .summary("spread the database over several machines")
    .description("Works on the database as a whole.");
  const command = db
    .command("distribute")
    .description(
      "Spreads a PostgreSQL with the Citus extension over its nodes: every help desk's rows lie together on one, the list " +
        "of help desks on all. What is there is moved, table by table; stopped at any moment it goes on where it was when " +
        "it is run again. Stop the servers meanwhile.",
    )
    .action(distributeAll);
  examples(command, "DATABASE_URL=postgres://cantrip@coordinator/cantrip cantrip db distribute");
}

async function distributeAll(options: CommonOptions): Promise<void> {
  const done = await withStorage(options, async ({ storage: { db } }) => {
    const version = await citusVersion(db);
    if (version === null) {
      throw new CommandFailure(
        "this database has no Citus: put citus into shared_preload_libraries of every node, run CREATE EXTENSION citus and " +
          "SELECT citus_add_node(…) on the coordinator, and name that in DATABASE_URL",
      );
    }
    const progress = startProgress();
    return { citus: version, distributed: await distribute(db, (name) => progress.update(() => name)) };
  });
  const { distributed, citus } = done;
  const text =
    distributed.length === 0 ? "Everything is distributed already." : `Distributed ${distributed.length} tables.`;
  print(options, done, `${text} (Citus ${citus})`);
}
