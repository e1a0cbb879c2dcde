import { formatTime } from "../domain/time.ts";
import type { CommonOptions } from "./context.ts";

/** Prints a command's result: with `--json` the object and nothing else, otherwise the text. */
export function print(options: CommonOptions, result: object, text: string): void {
  process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : `${text}\n`);
}

/** For standard error: what is worth knowing and is not the result. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Lines of a table: columns as wide as their widest cell. `empty` stands there when there are no rows. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[], empty: string): string {
  if (rows.length === 0) return empty;
  const lines = [head.map((name) => name.toUpperCase()), ...rows.map((row) => row.map(cellText))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export type Cell = string | number | null;

function cellText(cell: Cell): string {
  // What comes from outside (a sender's name, a subject) must not steer the terminal.
  return cell === null ? "-" : String(cell).replaceAll(/\p{Cc}+/gu, " ");
}

/** A moment as results show it; null stays null. */
export function timeOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : formatTime(milliseconds);
}
