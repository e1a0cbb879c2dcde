// Builds the web client into web/dist, for `npm run build:web` and for a start that finds it stale (bin/built.js).
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { bundleOptions, webRoot } from "./bundle.ts";
import { precompress } from "./precompress.ts";
import { STAMP, stamp } from "./freshness.ts";

const finished = join(webRoot, "dist");
const unfinished = join(webRoot, `.dist-${process.pid}`);
const sources = stamp();
const options = bundleOptions();
try {
  await build({ ...options, logLevel: "warn", build: { ...options.build, outDir: unfinished } });
  await precompress(unfinished);
  writeFileSync(join(unfinished, STAMP), sources);
  // A running server must never find half of a build.
  rmSync(finished, { recursive: true, force: true });
  renameSync(unfinished, finished);
} finally {
  rmSync(unfinished, { recursive: true, force: true });
}
