import { Command, CommanderError } from "commander";
import { ConfigError } from "../config.ts";
import { VERSION } from "../domain/version.ts";
import { CommandFailure, FAILED, MISUSED, errorLines } from "./failure.ts";
import { addCommonOptions, examples } from "./options.ts";
import { tell } from "./output.ts";

type AddCommand = (program: Command) => void;

/**
 * In the order of the help text. Loaded when it is wanted: a mail server starts this program for every message, and the
 * web server's modules alone would double the time that takes.
 */
const COMMANDS: Record<string, () => Promise<AddCommand>> = {
  serve: async () => (await import("./serve.ts")).addServeCommand,
  setup: async () => (await import("./setup.ts")).addSetupCommand,
  account: async () => (await import("./account.ts")).addAccountCommand,
  user: async () => (await import("./user.ts")).addUserCommand,
  inbox: async () => (await import("./inbox.ts")).addInboxCommand,
  label: async () => (await import("./label.ts")).addLabelCommand,
  transport: async () => (await import("./transport.ts")).addTransportCommand,
  token: async () => (await import("./token.ts")).addTokenCommand,
  mailbox: async () => (await import("./mailbox.ts")).addMailboxCommand,
  mail: async () => (await import("./mail.ts")).addMailCommand,
  import: async () => (await import("./import.ts")).addImportCommand,
  attachments: async () => (await import("./attachments.ts")).addAttachmentsCommand,
  demo: async () => (await import("./demo.ts")).addDemoCommand,
  backup: async () => (await import("./backup.ts")).addBackupCommand,
  restore: async () => (await import("./restore.ts")).addRestoreCommand,
  db: async () => (await import("./db.ts")).addDbCommand,
  doctor: async () => (await import("./doctor.ts")).addDoctorCommand,
};

/** Runs one command line (without the names of node and script). Returns the exit code; never throws. */
export async function runCli(argv: string[]): Promise<number> {
  // A reader that has seen enough (head, a pager) closes the pipe: that is no error of ours.
  process.stdout.on("error", ignoreClosedPipe);
  try {
    const program = await createProgram(argv[0]);
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    return report(error);
  }
}

/** With the one command that is called, or all of them: for the help, and for what is none of them. */
async function createProgram(called: string | undefined): Promise<Command> {
  const program = new Command("cantrip")
    .description("Cantrip, a shared inbox for a team: mail becomes tickets, and an API opens all of it.")
    .version(VERSION, "--version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    // Instead of ending the process: the exit code is ours to choose (see `report`). Commands inherit this.
    .exitOverride();
  const loaders = Object.hasOwn(COMMANDS, called ?? "") ? [COMMANDS[called ?? ""]] : Object.values(COMMANDS);
  for (const load of loaders) (await load?.())?.(program);
  addCommonOptions(program);
  examples(
    program,
    "cantrip serve --port 4000",
    'cantrip setup --site acme --name "Acme" --email owner@acme.example --inbox-address help@acme.example',
    "cantrip mail receive --site acme --inbox help@acme.example < message.eml",
    "cantrip doctor",
  );
  return program;
}

/** Says on standard error what went wrong, and returns the exit code that goes with it. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED; // commander has said it already
  for (const line of errorLines(error)) tell(`error: ${line}`);
  if (error instanceof CommandFailure) return error.exitCode;
  return isWrongFlag(error) ? MISUSED : FAILED;
}

/** A setting names its flag when the command line said it, and its variable when the environment did. */
function isWrongFlag(error: unknown): boolean {
  return error instanceof ConfigError && error.message.split("\n").some((line) => line.startsWith("--"));
}

function ignoreClosedPipe(error: Error & { code?: string }): void {
  if (error.code !== "EPIPE") throw error;
}
