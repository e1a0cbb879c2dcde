import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { ConfigError } from "../config.ts";
import { addAccountCommand } from "./account.ts";
import { addBackupCommand } from "./backup.ts";
import { addDemoCommand } from "./demo.ts";
import { addDoctorCommand } from "./doctor.ts";
import { CommandFailure, FAILED, MISUSED, errorLines } from "./failure.ts";
import { addImportCommand } from "./import.ts";
import { addInboxCommand } from "./inbox.ts";
import { addLabelCommand } from "./label.ts";
import { addMailCommand } from "./mail.ts";
import { addCommonOptions, examples } from "./options.ts";
import { tell } from "./output.ts";
import { addRestoreCommand } from "./restore.ts";
import { addServeCommand } from "./serve.ts";
import { addSetupCommand } from "./setup.ts";
import { addTokenCommand } from "./token.ts";
import { addUserCommand } from "./user.ts";

/** In the order of the help text. */
const COMMANDS = [
  addServeCommand,
  addSetupCommand,
  addAccountCommand,
  addUserCommand,
  addInboxCommand,
  addLabelCommand,
  addTokenCommand,
  addMailCommand,
  addImportCommand,
  addDemoCommand,
  addBackupCommand,
  addRestoreCommand,
  addDoctorCommand,
];

/** Runs one command line (without the names of node and script). Returns the exit code; never throws. */
export async function runCli(argv: string[]): Promise<number> {
  // A reader that has seen enough (head, a pager) closes the pipe: that is no error of ours.
  process.stdout.on("error", ignoreClosedPipe);
  try {
    await createProgram().parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    return report(error);
  }
}

function createProgram(): Command {
  const program = new Command("cantrip")
    .description("Cantrip, a shared inbox for a team: mail becomes tickets, and an API opens all of it.")
    .version(readVersion(), "--version", "show the version")
    .helpOption("--help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    // Instead of ending the process: the exit code is ours to choose (see `report`). Commands inherit this.
    .exitOverride()
    .configureHelp({ sortOptions: false, styleTitle: (title) => title });
  for (const add of COMMANDS) add(program);
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

function readVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
