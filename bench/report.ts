import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Measured } from "./bench.ts";

/** Writes the figures of a run as JSON and as a picture, in place of those of the run before on the same engine. */
export function keepReport(folder: string, measured: Measured, picture: string): void {
  mkdirSync(folder, { recursive: true });
  const name = `bench-${measured.figures["engine"]}`;
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(measured, null, 2)}\n`);
  writeFileSync(join(folder, `${name}.svg`), picture);
  process.stderr.write(`written: ${join(folder, name)}.json and .svg\n`);
}
