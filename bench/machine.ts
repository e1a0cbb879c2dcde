import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

/** What the figures were measured on. The load is that of whatever else ran. */
export function machineFigures(): Record<string, string | number> {
  const [load = 0] = loadavg();
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    node: process.versions.node,
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? "unknown",
    memory_gb: Math.round(totalmem() / 1e9),
    load_before: Number(load.toFixed(2)),
  };
}
