// Keeps web/dist as new as its sources. A build that fails is told and does not stop the server: the API needs none.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, takeTurn } from "./bootstrap.js";

const stampFile = join(root, "web/dist/stamp");

/** Builds the web client when its sources or packages have changed since the last build. Never throws. */
export async function webClientReady() {
  // For images that bring a build along, and for tests of the command line, which need none.
  if (process.env.CANTRIP_BUILD_WEB === "never") return;
  if (!existsSync(join(root, "web/source-hash.ts"))) return;
  try {
    const { sourceHash } = await import("../web/source-hash.ts");
    const isFresh = () => existsSync(stampFile) && readFileSync(stampFile, "utf8") === sourceHash();
    if (isFresh()) return;
    const release = takeTurn(".building");
    try {
      if (!isFresh()) await build();
    } finally {
      release();
    }
  } catch (error) {
    process.stderr.write(
      `The web client could not be built: ${error.message}\n` +
        `The API works without it. Once the reason is mended, run: npm run build:web\n`,
    );
  }
}

function build() {
  process.stderr.write("Building the web client...\n");
  return new Promise((resolve, reject) => {
    // In a process of its own: the memory that a bundler takes is given back before the server starts.
    const child = spawn(process.execPath, [join(root, "web/build.ts")], { cwd: root, stdio: ["ignore", 2, 2] });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(signal ? `stopped by ${signal}` : `the build ended with ${code}`));
    });
  });
}
