import { type Command, InvalidArgumentError } from "commander";
import { parseTime } from "../domain/time.ts";

const SITE = "the help desk's identifier; may be left out when there is only one";

/** Adds the `--site` that most commands take. */
export function takesSite(command: Command): Command {
  return command.option("--site <site>", SITE);
}

/** Examples below the help text, one a line. */
export function examples(command: Command, ...lines: string[]): Command {
  const title = lines.length === 1 ? "Example" : "Examples";
  return command.addHelpText("after", `\n${title}:\n${lines.map((line) => `  $ ${line}`).join("\n")}`);
}

/**
 * Gives every command what all of them take, unless it declares it itself: `--data`, `--json`, and a pointer to the help
 * after a misuse.
 */
export function addCommonOptions(command: Command): void {
  for (const child of command.commands) addCommonOptions(child);
  command.showHelpAfterError(`"${pathOf(command)} --help" shows how it is used.`);
  if (command.commands.length > 0) return;
  const has = (name: string): boolean => command.options.some((option) => option.long === name);
  if (!has("--data")) {
    command.option(
      "--data <folder>",
      "where the data is (default: CANTRIP_DATA, else ./data; DATABASE_URL adds PostgreSQL)",
    );
  }
  if (!has("--json")) command.option("--json", "print one JSON object and nothing else");
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** Reads a whole number between two bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
    if (value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** Reads a moment into epoch milliseconds. */
export function moment(text: string): number {
  const time = parseTime(text);
  if (time === null) {
    throw new InvalidArgumentError("It must be a date or a time, such as 2026-03-01 or 2026-03-01T09:30:00Z.");
  }
  return time;
}
