import type { Command } from "commander";
import { type Config, ConfigError, type Flags } from "../config.ts";
import type { CommonOptions } from "./context.ts";
import { configOf } from "./context.ts";
import { checkAttachments } from "./doctor-attachments.ts";
import { type Check, wrong } from "./doctor-check.ts";
import { checkContents } from "./doctor-contents.ts";
import { checkDatabase } from "./doctor-database.ts";
import { checkFolder } from "./doctor-folder.ts";
import { checkServer } from "./doctor-server.ts";
import { type Setting, settingsOf } from "./doctor-settings.ts";
import { CommandFailure } from "./failure.ts";
import { examples, takesSite } from "./options.ts";
import { print, table } from "./output.ts";

export function addDoctorCommand(program: Command): void {
  const command = program
    .command("doctor")
    .summary("say what is configured, reachable and wrong, and how to mend it")
    .description(
      "Says what is configured, what is reachable, what is wrong, and how to mend it. Changes nothing.\n" +
        "The exit code is 1 when something is wrong.",
    )
    .action(examine);
  examples(takesSite(command), "cantrip doctor", "cantrip doctor --data /var/lib/cantrip --json");
}

async function examine(options: CommonOptions): Promise<void> {
  const { settings, checks } = await examineAll(options);
  const wrongs = checks.filter((check) => check.level === "wrong").length;
  print(options, { ok: wrongs === 0, settings, checks }, report(settings, checks));
  if (wrongs > 0) throw new CommandFailure(wrongs === 1 ? "one thing is wrong" : `${wrongs} things are wrong`);
}

async function examineAll(options: CommonOptions): Promise<{ settings: Setting[]; checks: Check[] }> {
  const flags: Flags = { data: options.data, site: options.site };
  let config: Config;
  try {
    config = configOf(options);
  } catch (error) {
    // A wrong option is a misuse like any other; a wrong variable is what a doctor is for.
    if (!(error instanceof ConfigError) || error.message.startsWith("--")) throw error;
    const mend = "mend the variable, or unset it for its default";
    return { settings: [], checks: error.message.split("\n").map((line) => wrong("settings", line, mend)) };
  }
  const checks = [
    ...(await checkFolder(config)),
    ...(await checkAttachments(config)),
    ...(await checkDatabase(config, async (reader) => await checkContents(reader, config))),
    ...(await checkServer(config)),
  ];
  return { settings: settingsOf(config, flags), checks };
}

const MARKS: Record<Check["level"], string> = { ok: "ok   ", note: "note ", wrong: "WRONG" };

function report(settings: Setting[], checks: Check[]): string {
  const rows = settings.map(({ name, value, source }) => [name, value || "-", source]);
  const lines = checks.flatMap(({ name, level, message, mend }) => [
    `${MARKS[level]}  ${name}: ${message}`,
    ...(mend === null ? [] : [`       to mend it: ${mend}`]),
  ]);
  return [...(rows.length === 0 ? [] : [table(["setting", "value", "from"], rows, ""), ""]), ...lines].join("\n");
}
