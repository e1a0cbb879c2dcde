/** Seconds of work that this process has done so far: unlike the clock on the wall it stands still while others have the machine. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}
