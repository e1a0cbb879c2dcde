import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const webRoot = import.meta.dirname;

/** Identifies what a build is made of: the sources and the versions of all packages. */
export function sourceHash(): string {
  const hash = createHash("sha256").update(readFileSync(join(webRoot, "../package-lock.json")));
  for (const folder of ["src", "public"]) {
    const files = readdirSync(join(webRoot, folder), { recursive: true, withFileTypes: true }).filter((each) =>
      each.isFile(),
    );
    for (const file of files.map((each) => join(each.parentPath, each.name)).toSorted()) {
      hash.update(file.slice(webRoot.length)).update("\0").update(readFileSync(file)).update("\0");
    }
  }
  for (const file of ["index.html", "bundle.ts", "build.ts"]) hash.update(readFileSync(join(webRoot, file)));
  return hash.digest("hex");
}
