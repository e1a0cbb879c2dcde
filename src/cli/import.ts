import type { Command } from "commander";
import { addImportMailCommand } from "./import-mail.ts";

export function addImportCommand(program: Command): void {
  addImportMailCommand(
    program
      .command("import")
      .summary("move in what was kept elsewhere")
      .description("Moves in what was kept elsewhere."),
  );
}
