// Runs before anything is installed, on whatever Node the machine has (20 or newer): plain JavaScript, no packages.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const bundledNode = join(root, "node_modules/node/bin/node");
const nodeIsNewEnough = Number.parseInt(process.versions.node, 10) >= 24;

/**
 * Makes sure that the packages are there and that Node is new enough for `script`.
 * True: carry on in this process. False: another process has taken over, or the exit code says what failed.
 * `withTools` also asks for the packages that only development needs.
 */
export function ready(script, { withTools = false } = {}) {
  followNpm();
  const complete = () => (nodeIsNewEnough || existsSync(bundledNode)) && installed(withTools);
  if (!complete()) {
    const release = takeTurn(".installing");
    try {
      if (!complete()) install();
    } finally {
      release();
    }
    if (!complete()) {
      process.stderr.write(
        `\nCantrip could not install the packages it needs.\n` +
          `What npm said is above. Once that is mended (network, disk space, write permission), run\n` +
          `  npm ci\n` +
          `in ${root}, then try again.\n`,
      );
      process.exitCode = 75; // EX_TEMPFAIL: a mail server keeps the message and tries again
      return false;
    }
  }
  if (nodeIsNewEnough) {
    followParent();
    return true;
  }
  takeOver(script);
  return false;
}

// Compares versions and not file times: a checkout, a copy or a container layer changes times at will.
function installed(withTools) {
  const wanted = readLock("package-lock.json");
  if (!wanted) return existsSync(join(root, "node_modules"));
  const present = readLock("node_modules/.package-lock.json");
  if (!present) return false;
  return Object.entries(wanted).every(([path, want]) => {
    if (path === "" || want.optional || want.devOptional || want.peer) return true;
    if (want.dev && !withTools) return true;
    return present[path]?.version === want.version;
  });
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), "utf8")).packages;
  } catch {
    return undefined;
  }
}

/**
 * Waits until no other process holds the lock file `name`, and takes it. Returns what gives it back.
 * Two first starts at once (a server and its tests, say) would delete each other's work: the second waits for the first.
 */
export function takeTurn(name) {
  const lock = join(root, name);
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      // A folder that cannot be written to fails in the work itself, which says it better.
      if (error.code !== "EEXIST") return () => undefined;
      if (!isAlive(holderOf(lock))) rmSync(lock, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    }
  }
}

function holderOf(lock) {
  try {
    return Number(readFileSync(lock, "utf8"));
  } catch {
    return 0; // Given back in between.
  }
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

function install() {
  process.stderr.write("Installing Cantrip's packages (once, some seconds)...\n");
  const npm = (command) =>
    spawnSync("npm", [command, "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      // Standard input may hold a message, and standard output is for results: npm gets neither.
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32",
    }).status === 0;
  return npm("ci") || npm("install");
}

// Standard input, output and error are inherited as they are, so bytes pass through untouched.
function takeOver(script) {
  const child = spawn(bundledNode, [...process.execArgv, script, ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const forward = (signal) => {
    // On Ctrl-C the terminal has already told the child: twice would read as "stop at once".
    const told = signal === "SIGINT" && (process.stdin.isTTY || process.stdout.isTTY);
    if (!told) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  child.on("error", (error) => {
    process.stderr.write(`Cantrip could not start ${bundledNode}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    for (const each of signals) process.off(each, forward);
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code;
  });
}

// The channel carries no messages. It closes when the parent of takeOver dies, even by SIGKILL,
// and then the child stops too instead of holding the port.
function followParent() {
  if (!process.channel) return;
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel.unref();
}

// npm runs a script in a shell of its own. When npm is told to stop, that shell dies and passes nothing on.
function followNpm() {
  if (process.env.npm_lifecycle_event !== "start") return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, 500);
  watch.unref();
}
