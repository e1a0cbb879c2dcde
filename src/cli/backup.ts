import type { Command } from "commander";
import { type BackedUp, backUp } from "./backup-archive.ts";
import { type CommonOptions, withStorage } from "./context.ts";
import { examples } from "./options.ts";
import { print, tell } from "./output.ts";

interface BackupOptions extends CommonOptions {
  force?: boolean;
}

export function addBackupCommand(program: Command): void {
  const command = program
    .command("backup")
    .argument("<file>", "the file to write")
    .summary("copy everything into one file, while the server runs")
    .description(
      "Copies all help desks, with their attachments, as they are at this moment into one file. The server may run " +
        "meanwhile. The file can be restored into the embedded database and into PostgreSQL, whichever it came from. " +
        "It holds all mail and every password's hash: keep it as safe as the server itself.",
    )
    .option("--force", "replace the file when it is already there")
    .action(runBackup);
  examples(command, "cantrip backup monday.cantrip", "cantrip backup --force --json /backups/latest.cantrip");
}

async function runBackup(file: string, options: BackupOptions): Promise<void> {
  const done = await withStorage(
    options,
    async ({ config, storage }) => await backUp(storage, config, file, { force: options.force === true }),
  );
  for (const path of done.missing) tell(`warning: the attachment ${path} is missing or damaged and not in the backup`);
  print(options, { file, ...summaryOf(done) }, textOf(file, done));
}

function summaryOf({ bytes, tables, attachments, missing }: BackedUp): object {
  const rows = Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table.rows]));
  return { bytes, rows, attachments, missing };
}

function textOf(file: string, { bytes, tables, attachments }: BackedUp): string {
  const rows = (name: string): number => tables[name]?.rows ?? 0;
  const what = `${rows("accounts")} help desks, ${rows("tickets")} tickets, ${rows("messages")} messages, ${attachments.files} attachments`;
  return `Wrote ${file} (${(bytes / 1_000_000).toFixed(1)} MB): ${what}.`;
}
