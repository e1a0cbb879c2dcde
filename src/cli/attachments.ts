import { type Command, Option } from "commander";
import { now } from "../domain/time.ts";
import { type Moved, moveBlobs } from "../storage/move-blobs.ts";
import { moveRowsOut } from "../storage/row-blobs.ts";
import { openBlobPlaces } from "../storage/open.ts";
import { type CommonOptions, withStorage } from "./context.ts";
import { CommandFailure } from "./failure.ts";
import { examples } from "./options.ts";
import { print, tell } from "./output.ts";
import { startProgress } from "./progress.ts";

interface MoveOptions extends CommonOptions {
  to: "s3" | "folder";
}

export function addAttachmentsCommand(program: Command): void {
  const attachments = program
    .command("attachments")
    .summary("move the bytes of attachments and raw mail")
    .description("Moves the bytes of attachments and raw mail between the data folder and an S3-compatible store.");
  const move = attachments
    .command("move")
    .description(
      "Moves all bytes to the store that the CANTRIP_S3_ variables name, or back into the data folder. Each is compared " +
        "before it is removed from its old place. Stopped at any moment it goes on where it was when it is run again. " +
        "A server that has the same variables set may run meanwhile; what is new it puts into the store.",
    )
    .addOption(new Option("--to <place>", "where to").choices(["s3", "folder"]).makeOptionMandatory())
    .action(moveAll);
  examples(move, "cantrip attachments move --to s3");
}

async function moveAll(options: MoveOptions): Promise<void> {
  const { to } = options;
  const done = await withStorage(options, async ({ config, storage }) => {
    const { folder, s3 } = openBlobPlaces(config);
    if (s3 === null) throw new CommandFailure("there is no store: set CANTRIP_S3_BUCKET, and how it is reached");
    const progress = startProgress();
    let count = 0;
    const outOfRows = to === "s3" ? await moveRowsOut(storage.db, s3, now() + 1) : 0;
    const places = to === "s3" ? { from: folder, to: s3 } : { from: s3, to: folder };
    const result = await moveBlobs(storage.db, places, () => {
      count += 1;
      progress.update(() => `${count} files`);
    });
    return { ...result, out_of_rows: outOfRows };
  });
  for (const path of done.missing) tell(`warning: the attachment ${path} is in neither place`);
  for (const path of done.damaged) tell(`warning: the attachment ${path} is damaged, and stays where it is`);
  print(options, { to, ...done }, textOf(to, done));
  if (done.missing.length + done.damaged.length > 0) throw new CommandFailure("not everything could be moved");
}

function textOf(to: string, { moved, bytes, there, out_of_rows }: Moved & { out_of_rows: number }): string {
  const mails = out_of_rows === 0 ? "" : ` ${out_of_rows} small ones came out of the database.`;
  return `Moved ${moved} files (${(bytes / 1_000_000).toFixed(1)} MB) to ${to}; ${there} were there already.${mails}`;
}
