// Keeps what is built as new as its sources: the web client (web/dist) and the program (dist). A build that fails is told and
// stops nothing: the API needs no client, and the program runs from its sources too.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root, takeTurn } from "./bootstrap.js";

/** Builds the web client when its sources or packages have changed since the last build. Never throws. */
export async function webClientReady() {
  await keepFresh("web client", "web", "The API works without it.");
}

/** Builds the program likewise: what is built starts in half the time. Never throws. */
export async function programReady() {
  await keepFresh("program", "scripts", "It runs from its sources.");
}

/** The module that runs command lines: as built, if that was of these very sources, else the sources. */
export async function programModule() {
  const { builtProgram } = await import("../scripts/freshness.ts");
  return pathToFileURL(builtProgram() ?? join(root, "src/cli/program.ts")).href;
}

async function keepFresh(name, folder, without) {
  // For images that bring a build along, and for tests of the command line, which need none.
  if (process.env.CANTRIP_BUILD === "never") return;
  const script = join(root, folder, "build.ts");
  if (!existsSync(script)) return;
  try {
    const { isFresh } = await import(`../${folder}/freshness.ts`);
    if (isFresh()) return;
    const release = takeTurn(".building");
    try {
      if (!isFresh()) await build(name, script);
    } finally {
      release();
    }
  } catch (error) {
    process.stderr.write(
      `The ${name} could not be built: ${error.message}\n${without} Once the reason is mended, run: npm run build\n`,
    );
  }
}

function build(name, script) {
  process.stderr.write(`Building the ${name}...\n`);
  return new Promise((resolve, reject) => {
    // In a process of its own: the memory that a bundler takes is given back before the server starts.
    // Whoever asks for it: tests run with another value, and would be given React's build for development.
    const env = { ...process.env, NODE_ENV: "production" };
    const child = spawn(process.execPath, [script], { cwd: root, env, stdio: ["ignore", 2, 2] });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(signal ? `stopped by ${signal}` : `the build ended with ${code}`));
    });
  });
}
