// Builds the web client into web/dist, for `npm run build:web` and for a start that finds it stale (bin/web-client.js).
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { bundleOptions, webRoot } from "./bundle.ts";
import { precompress } from "./precompress.ts";
import { sourceHash } from "./source-hash.ts";

const finished = join(webRoot, "dist");
const unfinished = join(webRoot, `.dist-${process.pid}`);
const stamp = sourceHash();
const options = bundleOptions();
try {
  await build({ ...options, logLevel: "warn", build: { ...options.build, outDir: unfinished } });
  await precompress(unfinished);
  writeFileSync(join(unfinished, "stamp"), stamp);
  // A running server must never find half of a build.
  rmSync(finished, { recursive: true, force: true });
  renameSync(unfinished, finished);
} finally {
  rmSync(unfinished, { recursive: true, force: true });
}
