import { join } from "node:path";

/** The packages of most files: of 1,900 that a start reads, over a thousand are theirs. */
export const PACKAGES = {
  typebox: "typebox",
  "typebox/compile": "typebox-compile",
  kysely: "kysely",
  "libphonenumber-js/min": "libphonenumber",
} as const;

/** The file in such a folder that a package's name stands for. */
export function bundledFile(folder: string, specifier: string): string | null {
  return specifier in PACKAGES ? join(folder, `${PACKAGES[specifier as keyof typeof PACKAGES]}.mjs`) : null;
}
