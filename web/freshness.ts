import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sourceHash } from "../scripts/source-hash.ts";

/** Names the sources of a build, inside of it. */
export const STAMP = "stamp";

/** What stands in the stamp of a build of these sources. */
export function stamp(): string {
  return sourceHash(
    ["src", "public", "index.html", "bundle.ts", "bundle-early.ts", "build.ts"].map((path) => join("web", path)),
  );
}

/** Whether web/dist was built of these very sources. */
export function isFresh(): boolean {
  const file = join(import.meta.dirname, "dist", STAMP);
  return existsSync(file) && readFileSync(file, "utf8") === stamp();
}
