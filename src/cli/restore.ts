import type { Command } from "commander";
import { BackupRefused } from "../storage/backup-format.ts";
import { restoreBackup } from "../storage/backup-load.ts";
import { takeServerLock } from "../storage/server-lock.ts";
import { type CommonOptions, type Opened, withStorage } from "./context.ts";
import { CommandFailure } from "./failure.ts";
import { examples } from "./options.ts";
import { print, tell } from "./output.ts";

interface RestoreOptions extends CommonOptions {
  force?: boolean;
}

export function addRestoreCommand(program: Command): void {
  const command = program
    .command("restore")
    .argument("<file>", "a file that cantrip backup wrote")
    .summary("bring back what a backup holds")
    .description(
      "Brings back everything that a backup holds, into an installation without any help desk. The whole file is " +
        "checked first; then all of it is restored, or nothing. Stop the server before.",
    )
    .option("--force", "replace everything that is there now; it is lost")
    .action(runRestore);
  examples(
    command,
    "cantrip restore monday.cantrip",
    "DATABASE_URL=postgres://cantrip@localhost/cantrip cantrip restore monday.cantrip",
  );
}

async function runRestore(file: string, options: RestoreOptions): Promise<void> {
  const { manifest, checksums } = await withStorage(options, async (opened) => await restore(opened, file, options), {
    create: true,
  });
  for (const path of checksums.missing) tell(`warning: the attachment ${path} was not in the backup`);
  const rows = Object.fromEntries(Object.entries(checksums.tables).map(([name, table]) => [name, table.rows]));
  const { attachments, missing } = checksums;
  print(
    options,
    { file, created_at: manifest.created_at, rows, attachments, missing },
    `Restored the backup of ${manifest.created_at}: ${rows["accounts"] ?? 0} help desks, ${rows["tickets"] ?? 0} tickets, ` +
      `${rows["messages"] ?? 0} messages, ${attachments.files} attachments.`,
  );
}

async function restore(
  { config, storage }: Opened,
  file: string,
  options: RestoreOptions,
): ReturnType<typeof restoreBackup> {
  const lock = takeServerLock(config.data);
  if (lock === null) throw new CommandFailure(`a server runs on ${config.data}: stop it first`);
  try {
    return await restoreBackup(storage, file, { force: options.force === true });
  } catch (error) {
    if (error instanceof BackupRefused) throw new CommandFailure(error.message);
    throw error;
  } finally {
    lock.release();
  }
}
