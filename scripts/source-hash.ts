import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/** Identifies what a build is made of: files and folders of the checkout (`paths`), and the versions of all packages. */
export function sourceHash(paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of ["package-lock.json", ...paths].flatMap((path) => filesIn(join(ROOT, path)))) {
    hash.update(relative(ROOT, file)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

function filesIn(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name))
    .toSorted();
}
