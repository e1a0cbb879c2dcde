import { existsSync } from "node:fs";
import { join } from "node:path";
import { sourceHash } from "./source-hash.ts";

/** One folder for each build, so that a server that still runs finds what it has not read yet. */
export const BUILDS = join(import.meta.dirname, "../dist");

/** Where the program that these sources make is, or would be: as deep as the folders of `src`, which read what lies beside them. */
export function buildFolder(): string {
  return join(BUILDS, sourceHash(["src", "package.json", "scripts/build.ts"]).slice(0, 16));
}

/** The program's file as built of these very sources, or null. */
export function builtProgram(): string | null {
  const file = join(buildFolder(), "program.js");
  return existsSync(file) ? file : null;
}

export function isFresh(): boolean {
  return builtProgram() !== null;
}
