import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { PACKAGES } from "./wanted-packages.ts";

const ROOT = join(import.meta.dirname, "../..");

/**
 * One file for each of the largest packages, in a folder: a process that reads those starts in half the time. The program
 * itself is read as it is. The folder is kept for as long as the packages are the same.
 */
export async function bundlePackages(): Promise<string> {
  const lock = readFileSync(join(ROOT, "package-lock.json"));
  const hash = createHash("sha256").update(lock).digest("hex").slice(0, 16);
  const folder = join(tmpdir(), `cantrip-crash-packages-${hash}`);
  if (existsSync(folder)) return folder;
  const making = `${folder}-${process.pid}`;
  await build({
    root: ROOT,
    configFile: false,
    logLevel: "error",
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: making,
      minify: false,
      target: "node24",
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(PACKAGES).map(([specifier, name]) => [name, specifier])),
        output: { format: "esm", entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" },
      },
    },
  });
  try {
    renameSync(making, folder);
  } catch (error) {
    // Another run was quicker.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
