import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** What is measured runs on one core, and who asks it on the others. */
export const SERVER_CORE = "0";
const OTHER_CORES = availableParallelism() > 1 ? `1-${availableParallelism() - 1}` : "0";
export const LOAD_CORES = OTHER_CORES;
export const ALL_CORES = `0-${availableParallelism() - 1}`;

const canPin = spawnSync("taskset", ["--version"]).status === 0;

/** A command that stays on these cores; where `taskset` is missing, one that does not. */
export function pinned(cores: string, [command = "", ...args]: readonly string[]): [string, ...string[]] {
  return canPin ? ["taskset", "--cpu-list", cores, command, ...args] : [command, ...args];
}
